"""The contract of a kind: how it reads itself, what differs, and which steps make the world match. No I/O."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Self

import attrs
from attrs import frozen

from tasktool_infra.engine.calls import Reading, Step
from tasktool_infra.engine.errors import Problem
from tasktool_infra.engine.fields import WAY_OUT, fact, role_of, state
from tasktool_infra.engine.owner import Owner, Ownership


class Phase(Enum):
    """Where a live resource is on its way; everything but settled is a difference."""

    SETTLED = "settled"
    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"


@frozen
class Key:
    """What a resource is called in plans: kind and identity."""

    kind: str
    identity: str

    def __str__(self) -> str:
        """Give ``kind.identity``."""
        return f"{self.kind}.{self.identity}"


@frozen
class Refusal:
    """Why a resource can't be made to match, and the way out."""

    reason: str
    way_out: str = ""
    problem: Problem = Problem.REFUSED


@frozen(kw_only=True)
class Removal:
    """What a removal may take with it."""

    delete_data: bool = False


@frozen(kw_only=True)
class Departure:
    """How a live resource leaves: the steps, and why it stays when it does."""

    steps: tuple[Step, ...] = ()
    stays: str = ""


@cache
def _identity(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in attrs.fields(kind) if role_of(each) == "identity")


@frozen(kw_only=True)
class Resource(ABC):
    """A thing in the world, wanted or live: both have the same type, so a difference is ``live != self``.

    ``requires`` names what the API needs first; ``after`` is order for other reasons; ``within`` is a host that must
    exist before this can even be read; ``outlives`` names what must be gone before this is removed, and says nothing of
    how they are made. ``ownership`` says of a live value whose it is, ``kept``
    what others added and keep, ``remarks`` what else a reader of the plan should know.
    """

    kind: ClassVar[str]
    layer: ClassVar[str]
    used_unmarked: ClassVar[bool] = False
    """Whether one that carries no mark is used as it is, never marked and never removed."""
    gateway: ClassVar[bool] = False
    """Whether what stands within it is reached only through it, and is lost with it."""
    stable_reads: ClassVar[int] = 1
    """How many reads in a row must show the wanted state after a write."""
    hardening: ClassVar[frozenset[str]] = frozenset()
    """The fields without which it works as well, and is less safe."""
    takes_time: ClassVar[bool] = False
    """Whether a live one may still be on its way."""

    settled: Phase = state(default=Phase.SETTLED)
    ownership: Ownership = fact(default=Ownership.OURS)
    kept: tuple[str, ...] = fact(default=())
    remarks: tuple[str, ...] = fact(default=())
    requires: tuple["Resource", ...] = fact(default=(), repr=False)
    after: tuple["Resource", ...] = fact(default=(), repr=False)
    within: "Resource | None" = fact(default=None, repr=False)
    outlives: tuple["Resource", ...] = fact(default=(), repr=False)

    @property
    def key(self) -> Key:
        """Kind and identity."""
        return Key(self.kind, "/".join(str(getattr(self, name)) for name in _identity(type(self))))

    @abstractmethod
    def read(self) -> Reading[Self | None]:
        """Read what stands now, in the same shape; None only where the API says that it does not exist."""

    def examine(self) -> Reading[Self | None]:
        """Read what stands now and all that a removal must know besides."""
        return self.read()

    @abstractmethod
    def converge(self, live: Self | None) -> Iterator[Step]:
        """Give the steps from ``live`` to this: creation when None, then one step for each thing that differs."""

    @abstractmethod
    def remove(self, live: Self, removal: Removal) -> Departure:
        """Give the steps that remove ``live``, or why it stays."""

    @abstractmethod
    def marked(self, owner: Owner) -> Self:
        """Give this with the mark of its owner."""

    def holds(self, live: Self | None) -> bool:
        """Say whether what is within ``live`` can be reached, and still stands when ``live`` is brought to this."""
        return live is not None and live.settled is Phase.SETTLED

    def as_used(self, live: Self) -> Self:
        """Give this as it is wanted when ``live`` carries no mark and is used as it is."""
        raise NotImplementedError

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Give the reasons why ``live`` can't be made to match: by default, each immutable field that differs."""
        if live is None:
            return
        for attribute in attrs.fields(type(self)):
            found, wanted = getattr(live, attribute.name), getattr(self, attribute.name)
            if role_of(attribute) == "immutable" and found != wanted:
                reason = f"{attribute.name} is {found!s}, wanted {wanted!s}, and the API can't change it"
                yield Refusal(reason, attribute.metadata[WAY_OUT])

    def waits(self, live: Self | None) -> Iterator[Refusal]:
        """Give what outside of this run must come first: until then this and what needs it are held back."""
        yield from ()

    def contents(self) -> Iterator[tuple[str, Any]]:
        """Give what else it is made with, for those who read the plan, as paths and values."""
        yield from ()

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give what a user needs to know of it afterwards, as names and values."""
        yield from ()

    @classmethod
    @abstractmethod
    def examples(cls) -> tuple["Example", ...]:
        """Give pairs of states worth testing; see :class:`Example`."""


@frozen(kw_only=True)
class Example:
    """Two wanted states of one resource, from the first of which the second is reached by repair."""

    name: str
    first: Resource
    then: Resource
    around: tuple[Resource, ...] = ()
    """What must stand for it to be made, made first and removed last."""
