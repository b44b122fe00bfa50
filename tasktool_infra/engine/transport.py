"""What the engine needs of an API: something that sends a call and gives the answer."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from tasktool_infra.engine.calls import Call


class Transport(Protocol):
    """Sends calls to one API; used from several threads at once."""

    def send(self, call: Call) -> Any:
        """Give the answer to the call as plain data.

        Raises ApiError with the API's exact code, or with one of the codes for no answer.
        """


@runtime_checkable
class Located(Protocol):
    """A transport that can say where its calls go to."""

    def host(self, service: str) -> str:
        """Give the URL that calls of a service go to."""


@runtime_checkable
class Held(Protocol):
    """A transport that holds connections."""

    def close(self) -> None:
        """Give them back."""


class Hook(Protocol):
    """Stands before and behind every call; tests inject faults with it, recorders listen."""

    def before(self, call: Call, attempt: int) -> None:
        """Look at a call that is about to be made; what this raises stands in place of the call."""

    def after(self, call: Call, answer: Any) -> Any:
        """Look at an answer and give it on, or another; what this raises stands in its place."""


@frozen
class NoHook:
    """Leaves every call alone."""

    def before(self, call: Call, attempt: int) -> None:
        """Do nothing."""

    def after(self, call: Call, answer: Any) -> Any:
        """Give the answer on."""
        del call
        return answer


Transports = Mapping[str, Transport]
"""By service, as calls name it."""
