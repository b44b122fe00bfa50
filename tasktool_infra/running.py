"""One run from wish to result: open, find the target, plan, ask, carry out, read again."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import PurePath
from signal import Signals
from typing import Any

from attrs import field, frozen

from tasktool_infra._version import __version__
from tasktool_infra.aws.place import Place
from tasktool_infra.consent import Confirm, ask
from tasktool_infra.engine.cancel import interruptible
from tasktool_infra.engine.decide import Goal, Making, Removing
from tasktool_infra.engine.errors import Problem, Refused
from tasktool_infra.engine.events import Ended, Listeners, Noted, Planned
from tasktool_infra.engine.execute import Result, Run, RunFailed
from tasktool_infra.engine.foresight import foreseen
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Change, Plan
from tasktool_infra.engine.resource import Key, Removal, Resource
from tasktool_infra.engine.survey import Item, Outcomes, read, survey
from tasktool_infra.exit_codes import foremost
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.merging import check_together, merged, placed
from tasktool_infra.opening import Opened, connect_cluster, find_targets, opened, prepare_clients, prepare_kubeconfig
from tasktool_infra.rendering import Renderings
from tasktool_infra.saved_plan import PlanMoved, check_unmoved
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target, notes
from tasktool_infra.wishes import APP, LAYERS, Render, chosen, wishes

FLAGS = ("sandbox", "adopt", "delete_data", "cluster_gone")
"""What a run is told with yes or no, and a plan keeps."""
MOST_ASKED = 5
"""How often somebody is asked again because something has moved meanwhile."""


class PlanRefused(Refused):
    """A plan that holds something refused or unknown; nothing was written. ``plan`` says all of it."""

    def __init__(self, plan: Plan) -> None:
        reasons: dict[tuple[str, str], list[str]] = {}
        for change in plan.blocked:
            reasons.setdefault((change.reason, change.next_step), []).append(str(change.key))
        blocks = [
            "\n".join([f"{', '.join(keys)}: {why}", *([step] if step else [])]).replace("\n", "\n    ")
            for (why, step), keys in reasons.items()
        ]
        problems = [Problem[change.problem] for change in plan.blocked if change.problem]
        listed = "\n".join(f"  - {block}" for block in blocks)
        super().__init__(f"Nothing was written.\n{listed}", problem=foremost(problems) or Problem.REFUSED)
        self.plan = plan


@frozen(kw_only=True)
class Order:
    """What a run is told: the command, what it is about, and what it may do."""

    command: str
    environments: tuple[Environment, ...]
    resources: tuple[Resource, ...] = ()
    owner: Owner | None = None
    only: tuple[str, ...] = ()
    sandbox: bool = False
    adopt: bool = False
    delete_data: bool = False
    cluster_gone: bool = False
    settings: Mapping[str, Any] = field(factory=dict)
    live: bool = False
    """Whether a verification tries the roles, too."""
    plan: Plan | None = None
    """What was planned before: the run does that and nothing else."""
    confirm: Confirm = None
    yes: bool = False
    """Whether what the plan lists is answered already, but for the account."""
    listeners: Listeners = field(factory=Listeners)
    signals: tuple[Signals, ...] = (Signals.SIGINT,)

    @property
    def environment(self) -> str:
        """The names of the environments, as a plan has them."""
        return ", ".join(environment.name for environment in self.environments)

    @property
    def removing(self) -> bool:
        """Whether this is a teardown."""
        return self.command == "teardown"

    @property
    def app(self) -> bool:
        """Whether the application's manifests count: unless all that is named are other layers."""
        return not self.only or not set(self.only) <= LAYERS.keys() - {APP}

    @property
    def options(self) -> dict[str, Any]:
        """What a plan keeps of it, for whoever carries the plan out."""
        flags = {name: getattr(self, name) for name in FLAGS}
        settings = {name: _as_json(value) for name, value in self.settings.items()}
        return {name: value for name, value in {**flags, "only": self.only, "settings": settings}.items() if value}

    @property
    def goal(self) -> Goal:
        """What every resource is brought to."""
        removal = Removal(delete_data=self.delete_data)
        if self.removing:
            return Removing(removal=removal)
        return Making(adopt=self.adopt, looking=self.command == "plan", removal=removal)


def planned(order: Order) -> Plan:
    """Make the plan and tell of it; nothing is written. Raises what stands in the way of even planning."""
    with opened_for(order) as run:
        return _plan(order, run).plan


def carried_out(order: Order) -> Result:
    """Plan, ask, carry out, and prove; give the result when nothing failed.

    Raises PlanRefused (nothing was written), Declined (no yes), RunFailed (with the result), Interrupted.
    """
    with opened_for(order) as run:
        return carry_out(order, run)


def carry_out(order: Order, run: Opened) -> Result:
    """Do what :func:`carried_out` does, with what is open already."""
    drawn = _agreed(order, run, _plan(order, run))
    with interruptible(run.driver.interrupt, signals=order.signals):
        result = Run(run.driver, drawn.plan, order.goal, drawn.resources, drawn.found).execute()
    order.listeners(Ended(at=run.driver.clock.now(), result=result))
    return _checked(result)


def _agreed(order: Order, run: Opened, drawn: "Drawn") -> "Drawn":
    """Give what is carried out, once it has its yes.

    While somebody thinks, the world moves on: after an answer all is read again, and asked again where it has moved.
    """
    lines: tuple[str, ...] = ()
    for _ in range(MOST_ASKED):
        _check(order, drawn.plan)
        asked = drawn.plan.changing and ask(drawn.plan, order.confirm, yes=order.yes, removing=order.removing)
        if not asked:
            return drawn
        from tasktool_infra.engine.plan_moved import moved

        fresh = _drawn(order, run)
        lines = moved(drawn.plan, fresh.plan)
        if not lines:
            return fresh
        drawn = fresh
        order.listeners(Noted(at=run.driver.clock.now(), text="\n  - ".join(("This has moved meanwhile:", *lines))))
        order.listeners(Planned(at=run.driver.clock.now(), plan=drawn.plan))
    raise PlanMoved(lines)


def _check(order: Order, plan: Plan) -> None:
    """Raise PlanRefused or PlanMoved for a plan that may not be carried out."""
    if plan.blocked:
        raise PlanRefused(plan)
    if order.plan is not None:
        check_unmoved(order.plan, plan)


def opened_for(order: Order) -> AbstractContextManager[Opened]:
    """Open the way to where AWS is for these environments; raises Refused when that is not one place."""
    first = order.environments[0]
    if order.sandbox or {each.aws for each in order.environments} == {ACCOUNT}:
        return opened(first, order.listeners, sandbox=order.sandbox)
    if any(each.aws != first.aws for each in order.environments):
        raise Refused("Some of these environments are on an account and some on an emulator.", next_step=ONE_BY_ONE)
    from tasktool_infra import emulated

    return emulated.opened(first, order.listeners)


ONE_BY_ONE = "Run them one after the other."


@frozen
class Drawn:
    """A plan, the resources that it is about, and what was read of them."""

    plan: Plan
    resources: dict[Key, Resource]
    found: dict[Key, Resource | None]


@frozen
class Looked:
    """What is wanted where, what stands, and what would be done about it."""

    targets: list[Target]
    items: tuple[Item, ...]
    changes: tuple[Change, ...]
    found: dict[Key, Resource | None]


def looked(order: Order, run: Opened) -> Looked:
    """Find the target, and read everything that the order is about; raises what stands in the way of that."""
    prepare_clients(run)
    if set(order.only) != {"aws"}:
        prepare_kubeconfig(order.environments)
    with interruptible(run.driver.interrupt, signals=order.signals), Renderings() as renderings:
        _begin(order, run, renderings)
        targets = find_targets(run, order.environments)
        check_together(targets)
        known = _readings(order, run, targets, renderings)
        items = chosen(_items(order, targets, _render(order, renderings)), order.only, removing=order.removing)
        _connect(order, run, targets, items)
        return Looked(targets, items, *survey(run.driver, items, order.goal, known))


def _plan(order: Order, run: Opened) -> Drawn:
    drawn = _drawn(order, run)
    order.listeners(Planned(at=run.driver.clock.now(), plan=drawn.plan))
    return drawn


def _drawn(order: Order, run: Opened) -> Drawn:
    seen = looked(order, run)
    targets = seen.targets
    with interruptible(run.driver.interrupt, signals=order.signals):
        changes = foreseen(run.driver, seen.changes)
    plan = Plan(
        command=order.command,
        environment=order.environment,
        version=__version__,
        target=targets[0].facts(),
        caller=targets[0].caller,
        alias=targets[0].alias,
        pinned=targets[0].local or all(environment.account for environment in order.environments),
        changes=changes,
        notes=notes(order.environments[0], targets[0]),
        options=order.options,
    )
    return Drawn(plan, {item.key: item for item in seen.items if isinstance(item, Resource)}, seen.found)


def _as_json(setting: Any) -> Any:
    return str(setting) if isinstance(setting, PurePath) else setting


def _begin(order: Order, run: Opened, renderings: Renderings) -> None:
    """Begin to render where the place is known before anybody is asked: the account is pinned."""
    region = run.connection.region or ""
    for each in order.environments if _render(order, renderings) else ():
        if each.account and each.domain and each.email and each.aws == ACCOUNT:
            renderings.begin(each, Place(each.account, run.connection.partition(), region))


def _render(order: Order, renderings: Renderings) -> Render | None:
    return renderings.take if order.app and not order.cluster_gone and not order.resources else None


def _readings(order: Order, run: Opened, targets: Sequence[Target], renderings: Renderings) -> Outcomes:
    """Read what needs no manifests while they are rendered."""
    if order.only or _render(order, renderings) is None or any(each.aws != ACCOUNT for each in order.environments):
        return {}
    for environment, target in zip(order.environments, targets, strict=True):
        renderings.begin(environment, target.place)
    items = _items(order, targets, None)
    _connect(order, run, targets, items)
    return read(run.driver, items, order.goal)


def _connect(order: Order, run: Opened, targets: Sequence[Target], items: Iterable[Item]) -> None:
    if kube_retries.SERVICE not in run.transports and any(item.layer != "aws" for item in items):
        connect_cluster(run, order.environments[0], targets[0])


def _items(order: Order, targets: Sequence[Target], render: Render | None) -> tuple[Item, ...]:
    if order.resources:
        assert order.owner is not None
        return placed(order.resources, order.owner, targets[0].place)
    wanted = [
        wishes(
            environment,
            target,
            removing=order.removing,
            cluster_gone=order.cluster_gone,
            render=render,
        )
        for environment, target in zip(order.environments, targets, strict=True)
    ]
    return merged(item for items in wanted for item in items)


def _checked(result: Result) -> Result:
    """Give a result in which nothing failed; else raise it as an error."""
    if result.interrupted:
        raise RunFailed("Interrupted.", result, Problem.INTERRUPTED)
    if result.failed or result.not_started:
        told: dict[str, list[str]] = {}
        for key, error in result.failed.items():
            told.setdefault(str(error).removeprefix(f"{key}: "), []).append(str(key))
        blocks = (f"{', '.join(keys)}: {said}".replace("\n", "\n    ") for said, keys in told.items())
        listed = "".join(f"\n  - {block}" for block in blocks)
        problem = foremost(error.problem for error in result.failed.values())
        raise RunFailed(f"Not everything was done:{listed}", result, problem or Problem.FAILED)
    return result
