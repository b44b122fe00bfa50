"""Reads all resources side by side and decides what is to be done to each: the way from wishes to a plan."""

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from tasktool_infra.engine.decide import Goal, Making, unknown
from tasktool_infra.engine.driver import Driver, Failure, Outcome, Success, Task
from tasktool_infra.engine.errors import Barred, Interrupted, TasktoolError
from tasktool_infra.engine.gateways import following, gateway, hosts_first
from tasktool_infra.engine.gateways import read as read_through
from tasktool_infra.engine.order import needed
from tasktool_infra.engine.plan import CHANGING, Action, Change
from tasktool_infra.engine.resource import Key, Phase, Resource
from tasktool_infra.engine.unwanted import Aside, Finder, Stray, departures


@frozen(kw_only=True)
class Placeholder:
    """A resource of which too little is known to describe it: it is planned ``unknown``, ``waiting`` or ``refuse``."""

    key: Key
    layer: str
    action: Action
    reason: str
    next_step: str = ""
    problem: str = ""

    def change(self) -> Change:
        """Give its line in the plan."""
        return Change(
            key=self.key,
            layer=self.layer,
            action=self.action,
            reason=self.reason,
            next_step=self.next_step,
            problem=self.problem,
        )


Item = Resource | Placeholder | Finder
Outcomes = dict[Key, Outcome]
NOTHING: Mapping[Key, Outcome] = MappingProxyType({})


def read(
    driver: Driver,
    items: Iterable[Item],
    goal: Goal,
    known: Mapping[Key, Outcome] = NOTHING,
    more: Callable[[], Iterable[Item]] | None = None,
) -> Outcomes:
    """Read all items side by side, but those of which something is known, and give what came of each by its key.

    ``more`` gives further items, none of them a guest of a gateway, as soon as they are known; see :meth:`Driver.run`.
    Raises Interrupted, and what ``more`` raises.
    """
    listed = tuple(items)
    resources = {item.key: item for item in listed if isinstance(item, Resource)}
    seen: dict[Key, Outcome] = dict(known)
    look = _looks(listed, goal, seen, known)
    begun = {*known, *look}
    besides = (lambda: _looks(more(), goal, {}, begun)) if more is not None else None
    outcomes = driver.run(look, after=hosts_first(resources), more=besides)
    if driver.interrupted:
        raise Interrupted("Interrupted while reading; nothing was written.")
    return {**known, **outcomes}


def _looks(items: Iterable[Item], goal: Goal, seen: dict[Key, Outcome], without: Collection[Key]) -> dict[Key, Task]:
    """Give a task for each item that is not known; what they read is kept in ``seen``, for guests."""
    left = {item.key: item for item in items if item.key not in without}
    resources = {key: item for key, item in left.items() if isinstance(item, Resource)}
    look = {key: Task(read_through(r, gateway(r, resources), goal, seen)) for key, r in resources.items()}
    # Lists go out first: they answer much of what follows.
    return {key: Task(item.find()) for key, item in left.items() if isinstance(item, Finder)} | look


def survey(
    driver: Driver, items: Iterable[Item], goal: Goal, known: Mapping[Key, Outcome] = NOTHING
) -> tuple[tuple[Change, ...], dict[Key, Resource | None]]:
    """Give the change for each item and for what finders found, and what was read of those that could be.

    What is ``known`` already, as :func:`read` gives it, is not read again. Raises Interrupted; every other fault of a
    read makes its resource ``unknown``. Faults that are neither the API's nor the user's are raised.
    """
    listed = tuple(items)
    resources = {item.key: item for item in listed if isinstance(item, Resource)}
    finders = {item.key: item for item in listed if isinstance(item, Finder)}
    outcomes = read(driver, listed, goal, known)
    values = {key: outcome.value for key, outcome in outcomes.items() if isinstance(outcome, Success)}
    found = {key: value for key, value in values.items() if key in resources}
    noticed = [each for key in finders for each in values.get(key, ())]
    strays = _standing([each for each in noticed if isinstance(each, Stray)], found, resources)
    asides = [each.change() for each in noticed if isinstance(each, Aside)]
    if isinstance(goal, Making):
        gone = dict.fromkeys(_doomed(resources, found))
        found |= gone
        outcomes |= dict.fromkeys(gone, Success(None))
    changes = [
        item.change() if isinstance(item, Placeholder) else _change(item, outcomes[item.key], goal)
        for item in listed
        if item.key not in finders or item.key not in values
    ]
    changes = list(unchecked(resources, held_back(resources, following(resources, changes, found))))
    found |= {stray.live.key: stray.live for stray in strays}
    return (*changes, *departures(strays, changes, goal), *asides), found


def _change(item: Resource | Finder, outcome: Outcome, goal: Goal) -> Change:
    if isinstance(outcome, Success):
        assert isinstance(item, Resource)
        return goal.change(item, outcome.value)
    assert isinstance(outcome, Failure)
    error = outcome.error
    if isinstance(error, Barred) and isinstance(goal, Making) and goal.looking and isinstance(item, Resource):
        return evolve(goal.change(item, None), remarks=(f"not checked: {error.message}",))
    if isinstance(error, TasktoolError):
        return unknown(item, error)
    raise error


def _standing(
    strays: Iterable[Stray], found: Mapping[Key, Resource | None], resources: Mapping[Key, Resource]
) -> list[Stray]:
    """Give each stray once, but those whose host is being deleted, and so goes with it, and what is wanted after all.

    Of several environments in one run, one may want what another does no longer.
    """
    going = _going(found)
    standing = (stray for stray in strays if stray.live.within is None or stray.live.within.key not in going)
    return list({stray.live.key: stray for stray in standing if stray.live.key not in resources}.values())


def _going(found: Mapping[Key, Resource | None]) -> set[Key]:
    return {key for key, live in found.items() if live is not None and live.settled is Phase.DELETING}


def unchecked(resources: Mapping[Key, Resource], changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give the changes, a remark with those whose host is yet to be made: nobody has looked at them there."""
    listed = tuple(changes)
    coming = {change.key for change in listed if change.action is Action.CREATE}
    return tuple(
        evolve(change, remarks=(*change.remarks, f"not checked yet: {host} is yet to be made"))
        if change.action is Action.CREATE and (host := _host(resources, change.key)) in coming
        else change
        for change in listed
    )


def _host(resources: Mapping[Key, Resource], key: Key) -> Key | None:
    host = resources[key].within if key in resources else None
    return host.key if host is not None else None


def _doomed(resources: Mapping[Key, Resource], found: Mapping[Key, Resource | None]) -> list[Key]:
    """Give what still stands in a host that is being deleted: it goes with it, and is to be made anew in the next."""
    going = _going(found)
    return [key for key, r in resources.items() if key in found and r.within is not None and r.within.key in going]


def held_back(resources: Mapping[Key, Resource], changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give the changes, those that need a waiting one turned to waiting themselves."""
    result = {change.key: change for change in changes}
    waiting = [key for key, change in result.items() if change.action is Action.WAITING]
    for cause in waiting:  # grows while it is walked
        for key, change in result.items():
            if change.action in CHANGING and key in resources and cause in needed(resources[key]):
                reason = f"it needs {cause}, which waits"
                result[key] = evolve(change, action=Action.WAITING, fields=(), steps=(), reason=reason)
                waiting.append(key)
    return tuple(result.values())
