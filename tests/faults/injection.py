"""Faults put before or behind calls: a hook for the driver that follows a script."""

import random
import threading
from collections.abc import Callable
from typing import Any, Literal

from attrs import define, field

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, Problem


class Crash(BaseException):
    """The end of the process, in the middle of a call."""


def api_error(code: str, status: int = 400, said: str = "it was said") -> ApiError:
    """Give an answer that is an error; with status 0 there was none."""
    problem = Problem.FAILED if status else Problem.UNREACHABLE
    return ApiError(code, said, call="toys.test", status=status, problem=problem)


@define(eq=False)
class Fault:
    """What happens to the calls of an operation: ``times`` times, after it let ``skip`` of them pass."""

    operation: str
    error: Callable[[], BaseException]
    when: Literal["before", "after"] = "before"
    times: int = 1
    skip: int = 0


@define(eq=False)
class Script:
    """A hook that carries out faults, and keeps what was called."""

    faults: list[Fault] = field(factory=list)
    calls: list[Call] = field(factory=list)
    attempts: list[int] = field(factory=list)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def before(self, call: Call, attempt: int) -> None:
        with self._lock:
            self.calls.append(call)
            self.attempts.append(attempt)
            self._strike(call, "before")

    def after(self, call: Call, answer: Any) -> Any:
        with self._lock:
            self._strike(call, "after")
        return answer

    def _strike(self, call: Call, when: str) -> None:
        for fault in self.faults:
            if fault.operation in (call.operation, "*") and fault.when == when and fault.times > 0:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                raise fault.error()

    def named(self, operation: str) -> list[Call]:
        """Give the calls of one operation."""
        return [call for call in self.calls if call.operation == operation]


@define(eq=False)
class Throttles:
    """A hook that throttles a share of all calls, by a fixed seed."""

    share: float
    error: Callable[[], ApiError]
    seed: int = 7
    calls: int = 0
    _random: random.Random = field(init=False)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def before(self, call: Call, attempt: int) -> None:
        with self._lock:
            self.calls += 1
            if self._random.random() < self.share:
                raise self.error()

    def after(self, call: Call, answer: Any) -> Any:
        return answer
