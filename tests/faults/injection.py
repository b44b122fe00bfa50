"""Faults put before or behind calls: a hook for the driver that follows a script."""

import random
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, Literal

from attrs import define, field, frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.clock import Clock
from tasktool_infra.engine.errors import ApiError, Problem
from tasktool_infra.engine.transport import Hook
from tests.faults.said import Said


class Crash(BaseException):
    """The end of the process, in the middle of a call."""


def api_error(code: str, status: int = 400, said: str = "it was said") -> ApiError:
    """Give an answer that is an error; with status 0 there was none."""
    problem = Problem.FAILED if status else Problem.UNREACHABLE
    return ApiError(code, said, call="toys.test", status=status, problem=problem)


@define(eq=False)
class Fault:
    """What happens to the calls of an operation: ``times`` times, after it let ``skip`` of them pass.

    The operation may be a pattern, and may have its service before it: ``paint``, ``iam.create_*``, ``s3.*``. With
    ``seconds`` it happens for so long, from the first time on, however often; ``of`` picks among the calls.
    """

    operation: str
    error: Callable[[], BaseException] | Said
    when: Literal["before", "after"] = "before"
    times: int = 1
    skip: int = 0
    seconds: float | None = None
    of: Callable[[Call], bool] = lambda call: True
    struck: int = field(init=False, default=0)
    _since: float | None = field(init=False, default=None)

    def strikes(self, call: Call, now: float) -> bool:
        """Say whether this call is met, and count it."""
        if not (named(self.operation, call) and self.of(call)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self._since = now if self._since is None else self._since
        over = self.struck >= self.times if self.seconds is None else now - self._since >= self.seconds
        self.struck += not over
        return not over

    def raised(self, call: Call) -> BaseException:
        """Give what is raised in place of the call."""
        return self.error(call) if isinstance(self.error, Said) else self.error()


def named(pattern: str, call: Call) -> bool:
    """Say whether a pattern names a call, by its operation or with its service before it."""
    return fnmatchcase(call.name if "." in pattern else call.operation, pattern)


@define(eq=False)
class Script:
    """A hook that carries out faults, and keeps what was called. Faults that last need the ``clock``."""

    faults: list[Fault] = field(factory=list)
    calls: list[Call] = field(factory=list)
    attempts: list[int] = field(factory=list)
    clock: Clock | None = None
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
        now = self.clock.now() if self.clock is not None else 0.0
        for fault in self.faults:
            if fault.when == when and fault.strikes(call, now):
                raise fault.raised(call)

    def named(self, operation: str) -> list[Call]:
        """Give the calls of one operation."""
        return [call for call in self.calls if named(operation, call)]

    @property
    def writes(self) -> list[str]:
        """The operations of the calls that were to change something."""
        return [call.operation for call in self.calls if call.writes]


@frozen(eq=False)
class Hooks:
    """Several hooks as one: before a call the first comes first, after it the last."""

    hooks: tuple[Hook, ...]

    def before(self, call: Call, attempt: int) -> None:
        for hook in self.hooks:
            hook.before(call, attempt)

    def after(self, call: Call, answer: Any) -> Any:
        for hook in reversed(self.hooks):
            answer = hook.after(call, answer)
        return answer


@define(eq=False)
class Throttles:
    """A hook that throttles a share of all calls, by a fixed seed."""

    share: float
    error: Callable[[], BaseException] | Said
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
                raise self.error(call) if isinstance(self.error, Said) else self.error()

    def after(self, call: Call, answer: Any) -> Any:
        return answer
