"""What carries our mark and is no longer wanted: found beside the reads, planned as departures, gone after the rest."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from attrs import evolve, frozen

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.decide import Goal, Making, Removing
from tasktool_infra.engine.plan import CHANGING, Action, Change
from tasktool_infra.engine.resource import Key, Removal, Resource

LEFT_OVER = "left over from earlier, and nothing needs it any more"
LATER = "it goes once everything else is there"
UNWANTED = "no longer wanted"


@frozen(kw_only=True)
class Stray:
    """Something live that carries our mark and is no longer wanted.

    A ``leftover`` is what earlier runs have replaced: it goes without a yes, but is never a change by itself.
    """

    live: Resource
    leftover: bool = False


@frozen(kw_only=True)
class Aside:
    """Something that a search has to say and that nothing is done about: what it left alone, or could not look at.

    ``unwanted`` is what carries our mark and is left alone all the same.
    """

    key: Key
    layer: str
    reason: str
    next_step: str = ""
    unwanted: bool = False

    def change(self) -> Change:
        """Give its line in the plan."""
        return Change(
            key=self.key,
            layer=self.layer,
            action=Action.NONE,
            reason=self.reason,
            next_step=self.next_step,
            unwanted=self.unwanted,
        )


@frozen(kw_only=True)
class Finder(ABC):
    """Finds what is no longer wanted; its key and layer stand in the plan when it can't."""

    key: Key
    layer: str

    @abstractmethod
    def find(self) -> Reading[tuple[Stray | Aside, ...]]:
        """Look for everything that carries our mark, and give what of it is not wanted."""


def departures(strays: Iterable[Stray], changes: Iterable[Change], goal: Goal) -> tuple[Change, ...]:
    """Give the changes by which strays leave, beside those of everything else."""
    if isinstance(goal, Removing):
        return tuple(goal.change(stray.live, stray.live) for stray in strays)
    others = tuple(changes)
    leaving = [(stray, _departure(stray, goal.removal)) for stray in strays]
    asked = [change for stray, change in leaving if not stray.leftover]
    waits = any(change.action is Action.WAITING for change in others)
    alone = not any(change.action in CHANGING for change in (*others, *asked))
    return tuple(_held(change, waits=waits, alone=alone) for _, change in leaving)


def _departure(stray: Stray, removal: Removal) -> Change:
    change = Removing(removal=removal).change(stray.live, stray.live)
    reason = f"{UNWANTED}; {change.reason}" if change.reason else LEFT_OVER if stray.leftover else UNWANTED
    return evolve(change, unwanted=True, leftover=stray.leftover, reason=reason)


def _held(change: Change, *, waits: bool, alone: bool) -> Change:
    """Give a departure as it is, or held back: what waits may be what comes in its place."""
    if change.action not in CHANGING or not (waits or (alone and change.leftover)):
        return change
    if change.leftover:
        return evolve(change, action=Action.NONE, steps=(), reason="")
    return evolve(change, action=Action.WAITING, steps=(), reason=LATER)


def making(goal: Goal, change: Change) -> bool:
    """Say whether a change brings what is wanted nearer, or lets something go."""
    return isinstance(goal, Making) and not change.unwanted


def goal_of(goal: Goal, change: Change) -> Goal:
    """Give what one resource is brought to: in a provision, what is unwanted is removed, its data only when told to."""
    return Removing(removal=goal.removal) if change.unwanted else goal
