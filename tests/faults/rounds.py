"""A clock by which all calls take equally long: what a run takes is then its longest chain of dependent calls.

All calls under way land together, what they give rise to flies in the next round, and nothing else takes any time. So
the number of rounds depends on the order of the calls alone, and on no machine.
"""

import queue
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import Call
from tests.faults.clock import PATIENCE


@define
class Rounds:
    """Counts calls and rounds; a hook around every call and a clock in one. Waits end at once."""

    calls: int = 0
    writes: int = 0
    chain: int = 0
    time: float = 1000.0
    _landed: list[Any] = field(init=False, factory=list)

    def before(self, call: Call, attempt: int) -> None:
        """Count a call."""
        del attempt
        self.calls += 1
        self.writes += call.writes

    def after(self, call: Call, answer: Any) -> Any:
        """Leave every answer alone."""
        del call
        return answer

    def now(self) -> float:
        """Give the time, which passes by waits only."""
        return self.time

    def arrival(self, arrivals: "queue.SimpleQueue[Any]", until: float | None, *, flying: int) -> Any | None:
        """Give what has landed, one after the other; when all has been taken, let the next round land."""
        if not self._landed and flying:
            self._landed = [arrivals.get(timeout=PATIENCE) for _ in range(flying)]
            self.chain += 1
        if self._landed:
            return self._landed.pop(0)
        assert until is not None, "there is nothing to wait for"
        self.time = max(self.time, until)
        return None
