"""One call on its way, and who waits for its answer."""

from collections.abc import Callable
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import Call

Deliver = Callable[[Any, Exception | None], None]


@define(eq=False)
class Flight:
    """One call on its way; ``failing`` holds when each sort of failure was first met."""

    call: Call
    written: Callable[[], bool]
    deliver: Deliver
    began: float
    attempt: int = 1
    sent: float = 0.0
    failing: dict[str, float] = field(factory=dict)
