"""Says in a plan which of its waits nobody could make end well, before anything is written."""

from collections.abc import Iterable

from attrs import evolve

from tasktool_infra.engine.calls import Pointless, Wait
from tasktool_infra.engine.driver import Driver, Success, Task
from tasktool_infra.engine.errors import Interrupted
from tasktool_infra.engine.plan import Change
from tasktool_infra.engine.waiting import is_pointless


def foreseen(driver: Driver, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give the changes, with a remark at each that will not be waited for; what can't be found out is not foreseen.

    Each reason is looked into once, whatever waits for it. Raises Interrupted.
    """
    listed = tuple(changes)
    tasks = {each: Task(is_pointless(each)) for change in listed for each in _waits(change)}
    outcomes = driver.run(tasks)
    if driver.interrupted:
        raise Interrupted("Interrupted while reading; nothing was written.")
    in_vain = {each for each, outcome in outcomes.items() if isinstance(outcome, Success) and outcome.value}
    return tuple(_remarked(change, [each for each in _waits(change) if each in in_vain]) for change in listed)


def _waits(change: Change) -> list[Pointless]:
    return [step.pointless for step in change.steps if isinstance(step, Wait) and step.pointless is not None]


def _remarked(change: Change, in_vain: Iterable[Pointless]) -> Change:
    remarks = tuple(f"will not be waited for: {each.says}" for each in in_vain)
    return evolve(change, remarks=(*change.remarks, *remarks)) if remarks else change
