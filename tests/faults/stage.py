"""A stage for runs: one clock for all of them, and one call after the other, in an order that a seed decides.

Nothing happens side by side, so that a run with the same seed is the same run. One run needs no thread at all; several
get one each, of which one moves at a time.
"""

import queue
import random
import threading
from collections.abc import Callable
from typing import Any

from attrs import define, field

from tasktool_infra.engine.threads import Job
from tests.faults.clock import PATIENCE

MOST_CALLS = 5000
"""After so many calls a run is taken for one that would never end: time costs nothing here."""
TAKES = 0.05
"""Seconds of the stage's time that a call takes."""


class Abandoned(Exception):
    """Another run of the stage has failed, and nothing moves any more."""


@define(eq=False)
class Stage:
    """The time, the calls in the air of every run, and who moves."""

    shuffled: bool = False
    """Whether chance decides which of the calls in the air is next; else the one that came first is."""
    time: float = 1000.0
    turns: int = 0
    calls: int = 0
    """How many calls have been made."""
    around: Callable[[Job], None] = lambda call: call()
    """Makes a call; may do so, do more, or raise."""
    lapse: Callable[[float], None] = lambda seconds: None
    """Told how long nothing happens: what is apart from the stage may need some of it."""
    runs: "list[StagedRun]" = field(factory=list)
    drawn: random.Random = field(factory=lambda: random.Random(7))
    moved: threading.Condition = field(init=False, factory=lambda: threading.Condition(threading.RLock()))
    broken: bool = False

    def enter(self) -> "StagedRun":
        """Give the clock and the threads of one more run."""
        run = StagedRun(self)
        self.runs.append(run)
        return run

    def clear(self) -> None:
        """Let nothing be in the air, and count anew: whoever was at work has ended, or died."""
        self.turns = self.calls = 0
        self.runs.clear()
        self.broken = False

    def now(self) -> float:
        """Give the time."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds

    def step(self) -> None:
        """Make the next call; when none is in the air, let time pass until the first run that waits for it."""
        calls = [(run, job) for run in self.runs for job in run.jobs]
        if calls:
            run, job = self.drawn.choice(calls) if self.shuffled else calls[0]
            run.jobs.remove(job)
            self.calls += 1
            assert self.calls < MOST_CALLS, "this would never end"
            self.time += TAKES
            self.around(job)
            return
        self.turns += 1
        assert self.turns < MOST_CALLS, "this would never end"
        sleeping = [run for run in self.runs if run.until is not None]
        assert sleeping, "there is nothing to wait for"
        first = min(sleeping, key=lambda run: run.until or 0.0)
        until = max(self.time, first.until or 0.0)
        self.lapse(until - self.time)
        self.time, first.due = until, True


@define(eq=False)
class StagedRun:
    """One run on a stage: its clock, and what does its jobs."""

    stage: Stage
    jobs: list[Job] = field(factory=list)
    until: float | None = None
    """The time that it waits for, while it does."""
    due: bool = False
    arrivals: "queue.SimpleQueue[Any] | None" = None
    """What it waits for; None while it moves."""

    @property
    def idle(self) -> bool:
        """Whether it waits, and nothing has come yet."""
        return self.arrivals is not None and self.arrivals.empty() and not self.due

    def submit(self, job: Job) -> None:
        """Put a call into the air."""
        self.jobs.append(job)

    def close(self) -> None:
        """Leave the stage."""
        with self.stage.moved:
            self.stage.runs = [run for run in self.stage.runs if run is not self]
            self.stage.moved.notify_all()

    def now(self) -> float:
        """Give the time."""
        return self.stage.time

    def arrival(self, arrivals: "queue.SimpleQueue[Any]", until: float | None, *, flying: int) -> Any | None:
        """Give what arrives next, or None once the time ``until`` has come."""
        stage = self.stage
        with stage.moved:
            self.until, self.due, self.arrivals = until, False, arrivals
            try:
                while self.idle:
                    self._move()
                    stage.moved.notify_all()
            except BaseException:
                stage.broken = True
                raise
            finally:
                self.until, self.arrivals = None, None
            return None if arrivals.empty() else arrivals.get_nowait()

    def _move(self) -> None:
        """Let the next thing happen once nobody else moves."""
        if self.stage.broken:
            raise Abandoned
        if all(run.idle for run in self.stage.runs):
            self.stage.step()
        else:
            assert self.stage.moved.wait(PATIENCE), "a run does not come back"
