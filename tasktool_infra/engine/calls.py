"""What a kind asks of the world, as inert data: calls, waits, and the few procedures that must look while they act."""

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from attrs import field, frozen

from tasktool_infra.values.frozen import FrozenDict, freeze


@frozen
class Meaning:
    """What an expected error code means, sent into the generator in place of an answer."""

    name: str


GONE = Meaning("gone")
"""The resource, or the part of it that was asked for, does not exist."""


def _frozen(value: Mapping[str, Any]) -> FrozenDict[Any]:
    frozen_value = freeze(value)
    assert isinstance(frozen_value, FrozenDict)
    return frozen_value


@frozen
class Among:
    """The list whose answer would hold that of a single read too, under ``name``; ``by_name`` gives what it holds."""

    listing: "Call"
    name: str
    by_name: Callable[[Any], Mapping[str, Any]]


@frozen
class Call:
    """One request to an API, as data: it can be printed, hashed, counted, compared and carried out.

    ``expects`` maps exact error codes to meanings; every other error stays an error. ``pages`` asks for all pages in
    one answer.
    A call that ``writes`` may have worked although its answer is an error: the codes in ``settles`` (and a time-out)
    say that only reading again can tell; a code with words (``ValidationException: already exists``) counts with these.
    ``says`` is for people; ``removes`` names what of others the call takes away. What a read asks for may be found
    ``among`` others.
    """

    service: str
    operation: str
    parameters: FrozenDict[Any] = field(default=FrozenDict(), converter=_frozen)
    expects: FrozenDict[Meaning] = field(default=FrozenDict(), converter=_frozen, eq=False)
    pages: bool = field(default=False, eq=False)
    writes: bool = False
    settles: frozenset[str] = field(default=frozenset(), eq=False)
    says: str = field(default="", eq=False)
    removes: str = field(default="", eq=False)
    among: Among | None = field(default=None, eq=False, repr=False)

    @property
    def name(self) -> str:
        """Service and operation, for messages: ``s3.put_bucket_policy``."""
        return f"{self.service}.{self.operation}"

    def settled_by_reading(self, code: str, said: str) -> bool:
        """Say whether after this error only reading again can tell what stands."""
        rows = (each.partition(": ") for each in self.settles)
        return self.writes and any(code == wanted and words in said for wanted, _, words in rows)


@frozen
class Wait:
    """Ask until ``done`` (JMESPath on the answer) is true; without one, until the call answers :data:`GONE`.

    ``failed`` is a JMESPath that ends the wait as an error, ``sees`` one for what is shown meanwhile, ``replaced`` one
    for another thing that is there by now in the place of what was to go; ``deadline`` is in seconds. ``pointless``
    says when nobody could make it happen; ``explain`` finds out why, when it failed or was late.
    """

    call: Call
    done: str = ""
    failed: str = ""
    sees: str = ""
    deadline: float = 600.0
    says: str = field(default="", eq=False)
    pointless: "Pointless | None" = field(default=None, eq=False)
    explain: "Explanation | None" = field(default=None, eq=False)
    replaced: str = ""


@frozen
class Pause:
    """Let ``seconds`` pass, without holding a thread."""

    seconds: float


T = TypeVar("T")
Asked = Call | tuple[Call, ...] | Pause
Reading = Generator[Asked, Any, T]
"""Yields a call or a batch of calls, is sent the answer or the answers in order, and returns a value."""


@runtime_checkable
class Procedure(Protocol):
    """A step that must look while it acts, such as emptying a bucket: inert itself, with a generator of its own."""

    @property
    def says(self) -> str:
        """What it does, for people."""

    @property
    def removes(self) -> str:
        """What it takes away, for people; empty when nothing."""

    def run(self) -> Reading[None]:
        """Give the calls, as a reading."""


@frozen
class Pointless:
    """When waiting is in vain: the answer to ``call`` for which ``when`` (JMESPath) is true; ``says`` is the reason.

    ``besides`` must be so too. An answer :data:`GONE` counts as an empty one, any other meaning as "not known".
    """

    call: Call
    when: str
    says: str
    besides: "Pointless | None" = None


class Explanation(Protocol):
    """Finds out why something did not come to be: inert itself, with a generator of its own."""

    def run(self) -> Reading[str]:
        """Give the calls, as a reading that returns the reason for people, or nothing."""


Step = Call | Wait | Procedure

PROCEDURES: dict[str, type[Any]] = {}
"""The classes of procedures by name, so that plans which hold one can be read back."""

P = TypeVar("P", bound=type[Any])


def procedure(cls: P) -> P:
    """Make a class of procedures known; a decorator."""
    PROCEDURES[cls.__name__] = cls
    return cls


def write(
    service: str,
    operation: str,
    parameters: Mapping[str, Any],
    says: str,
    *,
    removes: str = "",
    expects: Mapping[str, Meaning] | None = None,
    settles: tuple[str, ...] = (),
) -> Call:
    """Give a call that changes the world; see :class:`Call` for the parts."""
    return Call(
        service,
        operation,
        parameters,
        expects=expects or {},
        writes=True,
        settles=frozenset(settles),
        says=says,
        removes=removes,
    )


def writes_of(steps: tuple[Step, ...]) -> tuple[Any, ...]:
    """Give what of the steps changes the world: by this, plans are compared and confirmed."""
    return tuple(step for step in steps if not isinstance(step, Wait))
