"""Reads that lag behind writes, and services that do not know yet what another has just made."""

import threading
from collections.abc import Collection
from typing import Any, Protocol

from attrs import define, field

from tasktool_infra.engine.calls import Call
from tests.faults.injection import named
from tests.faults.said import Said, aws
from tests.faults.subjects import Subject, subject

NEVER = float("-inf")


class Timed(Protocol):
    """Whatever tells the time of a run."""

    def now(self) -> float:
        """Give the seconds since some fixed moment."""


@define(eq=False)
class Lag:
    """A hook by which reads of some services show a write only some ``seconds`` later, as they were before it.

    What was absent before stays so: a read that was never answered gives the first code that the call expects.
    """

    clock: Timed
    seconds: float
    services: Collection[str] = ("s3", "iam", "ecr", "dynamodb")
    hidden: int = 0
    _shown: dict[Subject, dict[Call, Any]] = field(init=False, factory=dict)
    _old: dict[Subject, dict[Call, Any]] = field(init=False, factory=dict)
    _until: dict[Subject, float] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def before(self, call: Call, attempt: int) -> None:
        with self._lock:
            if not call.writes and self._lags(call) and call not in self._old[subject(call)] and call.expects:
                self.hidden += 1
                raise aws(next(iter(call.expects)), "it does not show yet", 404)(call)

    def after(self, call: Call, answer: Any) -> Any:
        about = subject(call)
        with self._lock:
            if call.writes:
                if call.service in self.services:
                    self._written(about)
                return answer
            if self._lags(call) and call in self._old[about]:
                self.hidden += 1
                return self._old[about][call]
            if call.service in self.services:
                self._shown.setdefault(about, {})[call] = answer
            return answer

    def _lags(self, call: Call) -> bool:
        return self.clock.now() < self._until.get(subject(call), NEVER)

    def _written(self, about: Subject) -> None:
        now = self.clock.now()
        if now >= self._until.get(about, NEVER):
            self._old[about] = dict(self._shown.get(about, {}))
        self._until[about] = now + self.seconds


@define(eq=False)
class Unknown:
    """A hook by which for some ``seconds`` after ``made`` other calls do not know what it has made: they get ``error``.

    ``made`` and ``users`` are patterns as those of a fault; only calls about the same thing count unless ``anywhere``.
    """

    clock: Timed
    seconds: float
    made: str
    users: tuple[str, ...]
    error: Said
    anywhere: bool = False
    met: int = 0
    _until: dict[Subject, float] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def before(self, call: Call, attempt: int) -> None:
        with self._lock:
            until = self._until.get(("", "") if self.anywhere else subject(call), NEVER)
            if any(named(user, call) for user in self.users) and self.clock.now() < until:
                self.met += 1
                raise self.error(call)

    def after(self, call: Call, answer: Any) -> Any:
        if named(self.made, call):
            with self._lock:
                self._until[("", "") if self.anywhere else subject(call)] = self.clock.now() + self.seconds
        return answer
