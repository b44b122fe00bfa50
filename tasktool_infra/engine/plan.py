"""A plan as a value: what will be done to each resource, why, and by which steps."""

from enum import Enum
from typing import Any

from attrs import field, frozen

from tasktool_infra.engine.calls import Step, writes_of
from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.resource import Key
from tasktool_infra.values.display import Displayed
from tasktool_infra.values.frozen import FrozenDict, freeze


class Action(Enum):
    """What a plan does to one resource."""

    CREATE = "create"
    UPDATE = "update"
    NONE = "none"
    DELETE = "delete"
    REFUSE = "refuse"
    WAITING = "waiting"
    UNKNOWN = "unknown"


CHANGING = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
BLOCKING = frozenset({Action.REFUSE, Action.UNKNOWN})


@frozen(kw_only=True)
class Change:
    """What a plan does to one resource.

    Two are equal when action, field changes and write calls are: reasons and waits are words on the way.
    """

    key: Key
    layer: str
    action: Action
    fields: tuple[FieldChange, ...] = field(default=())
    steps: tuple[Step, ...] = field(default=(), eq=writes_of, repr=False)
    reason: str = field(default="", eq=False)
    next_step: str = field(default="", eq=False)
    adopts: bool = False
    kept: tuple[str, ...] = field(default=(), eq=False)
    remarks: tuple[str, ...] = field(default=(), eq=False)
    unwanted: bool = False
    """Whether, in a provision, it is removed because nobody wants it any more."""
    leftover: bool = False
    """Whether it goes without a yes."""
    problem: str = field(default="", eq=False)
    """For ``unknown`` and ``refuse``: the sort of failure, by its name."""
    unchanged: int = field(default=0, eq=False)
    """How many fields of what stands are as wanted."""

    @property
    def removes(self) -> tuple[str, ...]:
        """What others would lose by it, for people."""
        return tuple(step.removes for step in writes_of(self.steps) if step.removes)


@frozen(kw_only=True)
class Plan(Displayed):
    """What a command will do: the target that was found out, and one change for each resource.

    ``target`` holds facts as text (account, region, caller, cluster …); two plans are equal when the target, the
    environment, the tool's version and all changes are.
    """

    command: str
    environment: str
    version: str
    target: FrozenDict[Any] = field(converter=freeze)
    changes: tuple[Change, ...]
    caller: str = field(default="", eq=False)
    alias: str = field(default="", eq=False)
    """What the account is called by its owner, where that is known."""
    pinned: bool = field(default=True, eq=False)
    """Whether the account was named before, so that this can't be another one by mistake."""
    notes: tuple[str, ...] = field(default=(), eq=False)
    options: FrozenDict[Any] = field(default=FrozenDict(), converter=freeze, eq=False)
    """What it was asked for besides, so that whoever carries it out need not say it again."""

    @property
    def actions(self) -> dict[str, str]:
        """The action for each resource, by ``kind.identity``."""
        return {str(change.key): change.action.value for change in self.changes}

    def count(self, *actions: Action) -> int:
        """Give how many resources have one of these actions."""
        return sum(change.action in actions for change in self.changes)

    @property
    def changing(self) -> bool:
        """Whether there is anything to do."""
        return any(change.action in CHANGING for change in self.changes)

    @property
    def blocked(self) -> tuple[Change, ...]:
        """The changes that forbid every write."""
        return tuple(change for change in self.changes if change.action in BLOCKING)

    @property
    def asks(self) -> tuple[str, ...]:
        """What needs a yes, a line each: an account not pinned, deletions, adoptions, what others would lose."""
        lines = [] if self.pinned else [f"work in the account {self.target.get('account')} as {self.caller}"]
        for change in self.changes:
            if change.action is Action.DELETE and not change.leftover:
                lost = f", and with it {', '.join(change.removes)}" if change.removes else ""
                lines.append(f"delete {change.key}{lost}")
            if change.adopts:
                lines.append(f"adopt {change.key}")
            if change.action is not Action.DELETE:
                lines.extend(f"{change.key}: remove {what}" for what in change.removes)
        return tuple(lines)

    @property
    def summary(self) -> str:
        """The line that every run prints: ``Plan: 2 to add, 1 to change, 0 to destroy`` or ``No changes.``."""
        rest = ((Action.REFUSE, "refused"), (Action.WAITING, "waiting"), (Action.UNKNOWN, "unknown"))
        more = [f"{self.count(action)} {word}" for action, word in rest if self.count(action)]
        if not self.changing and not more:
            return "No changes."
        adds, alters, goes = (self.count(a) for a in (Action.CREATE, Action.UPDATE, Action.DELETE))
        return ", ".join([f"Plan: {adds} to add, {alters} to change, {goes} to destroy", *more])
