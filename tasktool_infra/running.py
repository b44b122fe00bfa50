"""One run from wish to result: open, find the target, plan, ask, carry out, read again."""

from attrs import frozen

from tasktool_infra._version import __version__
from tasktool_infra.consent import ask
from tasktool_infra.engine.cancel import interruptible
from tasktool_infra.engine.errors import Problem, Refused, listed, some
from tasktool_infra.engine.events import Ended, Noted, Planned
from tasktool_infra.engine.execute import Result, Run, RunFailed
from tasktool_infra.engine.foresight import foreseen
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.exit_codes import foremost
from tasktool_infra.looking import looked, opened_early
from tasktool_infra.opening import Opened
from tasktool_infra.order import Order
from tasktool_infra.saved_plan import PlanMoved, check_unmoved
from tasktool_infra.target import notes

MOST_ASKED = 5
"""How often somebody is asked again because something has moved meanwhile."""


class PlanRefused(Refused):
    """A plan that holds something refused or unknown; nothing was written. ``plan`` says all of it."""

    def __init__(self, plan: Plan) -> None:
        reasons: dict[tuple[str, str], list[str]] = {}
        for change in plan.blocked:
            reasons.setdefault((change.reason, change.next_step), []).append(str(change.key))
        blocks = [
            "\n".join([f"{some(keys)}: {why}", *([step] if step else [])]).replace("\n", "\n    ")
            for (why, step), keys in reasons.items()
        ]
        problems = [Problem[change.problem] for change in plan.blocked if change.problem]
        super().__init__(f"Nothing was written.{listed(blocks)}", problem=foremost(problems) or Problem.REFUSED)
        self.plan = plan


def planned(order: Order) -> Plan:
    """Make the plan and tell of it; nothing is written. Raises what stands in the way of even planning."""
    with opened_early(order) as run:
        return _plan(order, run).plan


def carried_out(order: Order) -> Result:
    """Plan, ask, carry out, and prove; give the result when nothing failed.

    Raises PlanRefused (nothing was written), Declined (no yes), RunFailed (with the result), Interrupted.
    """
    with opened_early(order) as run:
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
        order.listeners(Noted(at=run.driver.clock.now(), text=f"This has moved meanwhile:{listed(lines)}"))
        order.listeners(Planned(at=run.driver.clock.now(), plan=drawn.plan))
    raise PlanMoved(lines)


def _check(order: Order, plan: Plan) -> None:
    """Raise PlanRefused or PlanMoved for a plan that may not be carried out."""
    if plan.blocked:
        raise PlanRefused(plan)
    if order.plan is not None:
        check_unmoved(order.plan, plan)


@frozen
class Drawn:
    """A plan, the resources that it is about, and what was read of them."""

    plan: Plan
    resources: dict[Key, Resource]
    found: dict[Key, Resource | None]


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


def _checked(result: Result) -> Result:
    """Give a result in which nothing failed; else raise it as an error."""
    if result.interrupted:
        raise RunFailed("Interrupted.", result, Problem.INTERRUPTED)
    if result.failed or result.not_started:
        told: dict[str, list[str]] = {}
        for key, error in result.failed.items():
            told.setdefault(str(error).removeprefix(f"{key}: "), []).append(str(key))
        blocks = [f"{some(keys)}: {said}".replace("\n", "\n    ") for said, keys in told.items()]
        problem = foremost(error.problem for error in result.failed.values())
        raise RunFailed(f"Not everything was done:{listed(blocks)}", result, problem or Problem.FAILED)
    return result
