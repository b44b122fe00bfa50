"""The loop that the driver lives in: arrivals from other threads and timers, one after the other, on one thread."""

import heapq
import itertools
import queue
from collections.abc import Callable

from attrs import define, field

from tasktool_infra.engine.clock import Clock
from tasktool_infra.engine.threads import Workers

Action = Callable[[], None]
Arrival = Callable[[], None]


def _nothing() -> None:
    """Wake the loop."""


@define(eq=False)
class Loop:
    """What is to happen next; everything but :meth:`interrupt` belongs to the thread that turns it."""

    clock: Clock
    threads: Workers
    stopping: bool = False
    _flying: dict[int, Action] = field(init=False, factory=dict)
    _ends: list[tuple[float, int]] = field(init=False, factory=list)
    """When what flies counts as lost, the first first; what has landed may still stand in it."""
    _arrivals: "queue.SimpleQueue[Arrival]" = field(init=False, factory=queue.SimpleQueue)
    _timers: list[tuple[float, int, Action]] = field(init=False, factory=list)
    _numbers: "itertools.count[int]" = field(init=False, factory=itertools.count)

    def interrupt(self) -> None:
        """Let nothing wait any more. Safe in a signal handler and from any thread."""
        self.stopping = True
        self._arrivals.put(_nothing)

    def forget(self) -> None:
        """Drop what is left of a run that was broken off; what still arrives of it is never seen."""
        self._flying, self._ends, self._arrivals, self._timers = {}, [], queue.SimpleQueue(), []

    def later(self, seconds: float, action: Action) -> None:
        """Have something done after some time."""
        heapq.heappush(self._timers, (self.clock.now() + seconds, next(self._numbers), action))

    def fly(self, job: Callable[[], Arrival], seconds: float, lost: Action) -> None:
        """Have a job done on another thread, and what it gives done here afterwards.

        After so many seconds ``lost`` is done instead, and what still comes of the job is never seen.
        """
        number = next(self._numbers)
        self._flying[number] = lost
        heapq.heappush(self._ends, (self.clock.now() + seconds, number))
        arrivals = self._arrivals

        def work() -> None:
            landed = job()
            arrivals.put(lambda: self._land(number, landed))

        self.threads.submit(work)

    def _land(self, number: int, landed: Arrival) -> None:
        if self._flying.pop(number, None) is not None:
            landed()

    def turn(self) -> None:
        """Let one thing happen: an arrival, what is overdue, or all timers that are due."""
        until = self._timers[0][0] if self._timers else None
        if until is None and not self._flying and self._arrivals.empty():
            raise RuntimeError("Nothing is under way, and yet not everything is done.")
        arrival = self.clock.arrival(self._arrivals, self._due(until), flying=len(self._flying))
        if arrival is not None:
            arrival()
        else:
            self._give_up()
        while self._timers and (self.stopping or self._timers[0][0] <= self.clock.now()):
            heapq.heappop(self._timers)[2]()

    def _due(self, until: float | None) -> float | None:
        """Give when the next thing is due: a timer, at once when all is to stop, or an answer at the latest."""
        timer = self.clock.now() if self.stopping and until is not None else until
        while self._ends and self._ends[0][1] not in self._flying:
            heapq.heappop(self._ends)
        return min((due for due in (timer, *(end for end, _ in self._ends[:1])) if due is not None), default=None)

    def _give_up(self) -> None:
        """Count as lost what is overdue: an answer that comes drop by drop would never end."""
        now = self.clock.now()
        while self._ends and self._ends[0][0] <= now:
            _, number = heapq.heappop(self._ends)
            if number in self._flying:
                self._flying.pop(number)()
