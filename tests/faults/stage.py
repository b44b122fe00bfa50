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

TAKES = 0.05
"""Seconds of the stage's time that a call takes."""


class Abandoned(Exception):
    """Another run of the stage has failed, and nothing moves any more."""


@define(eq=False)
class Stage:
    """The time, the calls in the air of every run, and who moves."""

    seed: int | None = None
    """Decides which of the calls in the air is next; without one they are made in the order in which they came."""
    time: float = 1000.0
    calls: int = 0
    """How many calls have been made."""
    around: Callable[[Job], None] = lambda call: call()
    """Makes a call; may do so, do more, or raise."""
    runs: "list[StagedRun]" = field(factory=list)
    drawn: random.Random = field(init=False)
    moved: threading.Condition = field(init=False, factory=lambda: threading.Condition(threading.RLock()))
    broken: bool = False

    def __attrs_post_init__(self) -> None:
        self.drawn = random.Random(self.seed)

    def enter(self) -> "StagedRun":
        """Give the clock and the threads of one more run."""
        run = StagedRun(self)
        self.runs.append(run)
        return run

    def clear(self) -> None:
        """Let nothing be in the air: whoever was at work has died."""
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
            run, job = calls[0] if self.seed is None else self.drawn.choice(calls)
            run.jobs.remove(job)
            self.calls += 1
            self.time += TAKES
            self.around(job)
            return
        sleeping = [run for run in self.runs if run.until is not None]
        assert sleeping, "there is nothing to wait for"
        first = min(sleeping, key=lambda run: run.until or 0.0)
        self.time = max(self.time, first.until or 0.0)
        first.due = True


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
            self.stage.runs.remove(self)
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
