"""The clock that the driver lives by: the real one here; tests bring one that they drive."""

import queue
import time
from typing import Any, Protocol


class Clock(Protocol):
    """Tells the time and waits for what arrives."""

    def now(self) -> float:
        """Give the seconds since some fixed moment."""

    def arrival(self, arrivals: "queue.SimpleQueue[Any]", until: float | None, *, flying: int) -> Any | None:
        """Give what arrives next, or None once the time ``until`` has come; ``flying`` calls are under way."""


class RealClock:
    """Time as it passes."""

    def now(self) -> float:
        """Give the monotonic time."""
        return time.monotonic()

    def arrival(self, arrivals: "queue.SimpleQueue[Any]", until: float | None, *, flying: int) -> Any | None:
        """Wait for an arrival until then; a call always arrives, so without a time this waits for ever."""
        del flying
        try:
            return arrivals.get(timeout=None if until is None else max(0.0, until - self.now()))
        except queue.Empty:
            return None
