"""Threads that only make calls. They are daemons: a call that hangs never holds up the end of the process."""

import queue
import threading
from collections.abc import Callable
from typing import Protocol

from attrs import define, field

Job = Callable[[], None]


class Workers(Protocol):
    """Does jobs apart from the thread that brings them; tests bring one that says which is done when."""

    def submit(self, job: Job) -> None:
        """Have a job done, some time."""

    def close(self) -> None:
        """Do no more jobs."""


@define(eq=False)
class Threads:
    """Runs jobs, on up to ``most`` threads side by side; a thread starts when there is none idle.

    Jobs come from one thread only, and must not raise.
    """

    most: int
    _jobs: "queue.SimpleQueue[Job | None]" = field(init=False, factory=queue.SimpleQueue)
    _idle: threading.Semaphore = field(init=False, factory=lambda: threading.Semaphore(0))
    _started: int = field(init=False, default=0)

    def submit(self, job: Job) -> None:
        """Have a job done, at once or when a thread is free."""
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False) and self._started < self.most:
            self._started += 1
            threading.Thread(target=self._work, name=f"tasktool-{self._started}", daemon=True).start()

    def close(self) -> None:
        """Let the threads end; jobs under way are not waited for, those that have not begun are dropped."""
        try:
            while True:
                self._jobs.get_nowait()
        except queue.Empty:
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job
            self._idle.release()
        # The word to end is for all the others too.
        self._jobs.put(None)
