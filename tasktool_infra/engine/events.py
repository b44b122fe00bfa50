"""What happens in a run, as typed events: reports listen to them, the engine never prints."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from tasktool_infra.engine.calls import Call, Step
from tasktool_infra.engine.errors import ApiError, TasktoolError
from tasktool_infra.engine.resource import Key

if TYPE_CHECKING:
    from tasktool_infra.engine.execute import Result
    from tasktool_infra.engine.plan import Action, Plan


@frozen(kw_only=True)
class Event:
    """Something that happened; ``at`` is the driver's clock in seconds."""

    at: float


@frozen(kw_only=True)
class Noted(Event):
    """Something worth saying before the run begins."""

    text: str


@frozen(kw_only=True)
class Planned(Event):
    """The plan stands; nothing was written yet."""

    plan: "Plan"


@frozen(kw_only=True)
class Started(Event):
    """The first step of a resource is about to begin."""

    key: Key
    action: "Action"


@frozen(kw_only=True)
class Stepped(Event):
    """A step of a resource begins."""

    key: Key
    step: Step


@frozen(kw_only=True)
class Waiting(Event):
    """A resource waits: for what, what was seen last, for how many seconds by now."""

    key: Key
    what: str
    seen: str
    seconds: float


@frozen(kw_only=True)
class Finished(Event):
    """A resource is as wanted, and was read again to prove it."""

    key: Key
    action: "Action"
    seconds: float


@frozen(kw_only=True)
class Failed(Event):
    """A resource could not be made as wanted."""

    key: Key
    error: TasktoolError


@frozen(kw_only=True)
class Called(Event):
    """A call has come back."""

    call: Call
    seconds: float
    error: ApiError | None = None
    request_id: str = ""
    """The API's own name of the request, where the answer tells it."""


@frozen(kw_only=True)
class Retrying(Event):
    """A call will be made again after ``pause`` seconds."""

    call: Call
    error: ApiError
    why: str
    pause: float


@frozen(kw_only=True)
class Ended(Event):
    """The plan was carried out as far as it could be."""

    result: "Result"


Listener = Callable[[Event], None]


@frozen
class Listeners:
    """All who want to know; called in order, on the driver's thread."""

    listeners: tuple[Listener, ...] = ()

    def __call__(self, event: Event) -> None:
        """Tell everybody, also when one of them fails; then raise the first failure."""
        faults: list[Exception] = []
        for listener in self.listeners:
            try:
                listener(event)
            except Exception as fault:  # noqa: BLE001 - it is raised again below
                faults.append(fault)
        if faults:
            raise faults[0]

    def close(self) -> None:
        """Let those who draw come to their end, however the run did."""
        for listener in self.listeners:
            getattr(listener, "close", lambda: None)()
