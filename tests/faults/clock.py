"""A clock that costs nothing: when no call is under way, time jumps to the next timer."""

import queue
from typing import Any

PATIENCE = 30.0
"""Real seconds for a call to come home, before a test that hangs is ended."""


class FakeClock:
    """Stands still while calls are under way, however long they really take."""

    def __init__(self, start: float = 1000.0) -> None:
        self.time = start

    def now(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        """Let time pass, for example in the middle of a call that takes long."""
        self.time += seconds

    def arrival(self, arrivals: "queue.SimpleQueue[Any]", until: float | None, *, flying: int) -> Any | None:
        try:
            return arrivals.get(timeout=PATIENCE) if flying else arrivals.get_nowait()
        except queue.Empty:
            assert not flying, "a call has not come home"
            assert until is not None, "there is nothing to wait for"
            self.time = max(self.time, until)
            return None
