"""Decides what a plan does to a resource: ownership first, then what can't be, then the steps. Pure."""

from typing import Protocol

from attrs import frozen

from tasktool_infra.engine.calls import Step
from tasktool_infra.engine.differences import changes, unchanged
from tasktool_infra.engine.errors import NotAccepted, Problem, Refused, TasktoolError
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key, Refusal, Removal, Resource

USE = "To allow this change, run again with --adopt; it stays unmarked."
ADOPT = "If it is meant to belong to this environment, run again with --adopt; it is then marked as ours."
MEANWHILE = "Somebody has changed it since the plan was made. Run again: the plan then says what stays, and why."
SET_BACK = "Run again: it is looked at and tried once more. If it comes again, find out what else sets it back."


@frozen(kw_only=True)
class Making:
    """The goal of a provision: every resource as wanted; ``removal`` says what unwanted ones may take with them.

    ``looking`` says that nobody will carry it out: what the caller may not do is then no obstacle, but a remark.
    """

    adopt: bool = False
    looking: bool = False
    removal: Removal = Removal()

    def change(self, wanted: Resource, live: Resource | None) -> Change:
        """Give what the plan does to one resource."""
        if live is not None and wanted.used_unmarked and live.ownership is Ownership.NOBODYS:
            return self._use(wanted, live)
        stranger = live is not None and live.ownership is not Ownership.OURS
        if live is not None and stranger and not (self.adopt and live.ownership is Ownership.NOBODYS):
            return _refuse(wanted, *foreign(live, wanted))
        return self._make(wanted, live, adopts=stranger)

    def _use(self, wanted: Resource, live: Resource) -> Change:
        """Something unmarked that is used as it is: it is never marked, and repaired only when told to."""
        used = wanted.as_used(live)
        change = self._make(used, live, adopts=True)
        if change.action is Action.UPDATE and not self.adopt:
            return _refuse(wanted, f"it is not ours, and {_named(live, used)} would have to change", USE)
        return change

    def _make(self, wanted: Resource, live: Resource | None, *, adopts: bool) -> Change:
        against = tuple(wanted.refuses(live))
        refusals = tuple(each for each in against if not (self.looking and each.problem is Problem.DENIED))
        if refusals:
            reasons = "; ".join(refusal.reason for refusal in refusals)
            ways_out = " ".join(dict.fromkeys(refusal.way_out for refusal in refusals))
            return _refuse(wanted, reasons, ways_out, refusals[0].problem)
        obstacle = next(iter(wanted.waits(live)), None)
        if obstacle is not None:
            return _waiting(wanted, obstacle)
        kept, remarks = (live.kept, live.remarks) if live is not None else ((), ())
        if live == wanted:
            return Change(key=wanted.key, layer=wanted.layer, action=Action.NONE, kept=kept, remarks=remarks)
        differences = changes(live, wanted)
        steps = tuple(wanted.converge(live))
        if not steps:
            names = ", ".join(difference.path for difference in differences) or "values"
            return _refuse(wanted, f"{names} differ, and no call of the API changes that", "")
        action = Action.CREATE if live is None else Action.UPDATE
        return Change(
            key=wanted.key,
            layer=wanted.layer,
            action=action,
            fields=differences,
            steps=steps,
            adopts=adopts,
            kept=kept,
            remarks=remarks,
            unchanged=unchanged(live, wanted),
        )

    def next_steps(self, wanted: Resource, live: Resource | None, *, adopting: bool) -> tuple[Step, ...]:
        """Give the steps still to be done, in mid-run; raises Refused when somebody else has come between."""
        change = Making(adopt=adopting).change(wanted, live)
        if change.action is Action.REFUSE:
            raise Refused(f"{wanted.key}: {change.reason}", next_step=change.next_step)
        if change.action is Action.WAITING:
            said = f"{wanted.key}: {change.reason}"
            raise TasktoolError(said, next_step=change.next_step, problem=Problem.UNFINISHED)
        return change.steps


@frozen(kw_only=True)
class Removing:
    """The goal of a teardown: nothing of ours left, but what is protected."""

    removal: Removal

    def change(self, wanted: Resource, live: Resource | None) -> Change:
        """Give what the plan does to one resource."""
        if live is None:
            return _stays(wanted, "already gone")
        if live.ownership is not Ownership.OURS:
            return _stays(wanted, f"kept: {foreign(live, wanted)[0]}")
        departure = wanted.remove(live, self.removal)
        if not departure.steps:
            return _stays(wanted, f"kept: {departure.stays}")
        action = Action.UPDATE if departure.stays else Action.DELETE
        reason = f"kept: {departure.stays}" if departure.stays else ""
        return Change(
            key=wanted.key,
            layer=wanted.layer,
            action=action,
            steps=departure.steps,
            reason=reason,
            remarks=live.remarks,
        )

    def next_steps(self, wanted: Resource, live: Resource | None, *, adopting: bool) -> tuple[Step, ...]:
        """Give the steps still to be done, in mid-run."""
        del adopting
        return self.change(wanted, live).steps


Goal = Making | Removing


def foreign(live: Resource, wanted: Resource) -> tuple[str, str]:
    """Give why something live is not ours to touch, and the way out."""
    if live.ownership is Ownership.ANOTHERS:
        return "it belongs to another application or environment", "Choose another name for it."
    return "it exists and does not carry our mark", "" if wanted.used_unmarked else ADOPT


class Named(Protocol):
    """Whatever has a line in a plan."""

    @property
    def key(self) -> Key:
        """What it is called."""

    @property
    def layer(self) -> str:
        """The layer that it belongs to."""


def unknown(wanted: Named, error: TasktoolError) -> Change:
    """Give the change for what could not be read, or whose reading itself refused."""
    return Change(
        key=wanted.key,
        layer=wanted.layer,
        action=Action.REFUSE if isinstance(error, Refused) else Action.UNKNOWN,
        reason=error.message.removeprefix(f"{wanted.key}: "),
        next_step=error.next_step,
        problem=error.problem.name,
    )


def not_accepted(wanted: Resource, live: Resource | None, goal: Goal) -> NotAccepted:
    """Give the error for a change that was accepted and did not show."""
    if isinstance(goal, Removing):
        said = f"{wanted.key}: the removal was accepted, but it is still reported"
        return NotAccepted(said, next_step=SET_BACK)
    if live is None:
        said = f"{wanted.key}: created and accepted, but still reported as absent"
        return NotAccepted(said, next_step=SET_BACK)
    shown = ", ".join(f"{c.path} is {c.old!r}, wanted {c.new!r}" for c in changes(live, wanted))
    said = f"{wanted.key}: the change was accepted, but it still reports: {shown or 'the old state'}"
    return NotAccepted(said, next_step=SET_BACK)


def came_between(wanted: Resource, live: Resource, goal: Goal) -> TasktoolError:
    """Give the error for what was to be removed, and stays for a reason that the plan did not know."""
    said = f"{wanted.key}: {goal.change(wanted, live).reason}"
    return TasktoolError(said, next_step=MEANWHILE, problem=Problem.UNFINISHED)


def _named(live: Resource, wanted: Resource) -> str:
    return ", ".join(difference.path for difference in changes(live, wanted))


def _waiting(wanted: Resource, obstacle: Refusal) -> Change:
    return Change(
        key=wanted.key,
        layer=wanted.layer,
        action=Action.WAITING,
        reason=obstacle.reason,
        next_step=obstacle.way_out,
    )


def _refuse(wanted: Resource, reason: str, way_out: str, problem: Problem = Problem.REFUSED) -> Change:
    return Change(
        key=wanted.key,
        layer=wanted.layer,
        action=Action.REFUSE,
        reason=reason,
        next_step=way_out,
        problem=problem.name,
    )


def _stays(wanted: Resource, reason: str) -> Change:
    return Change(key=wanted.key, layer=wanted.layer, action=Action.NONE, reason=reason)
