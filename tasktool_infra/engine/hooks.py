"""The hook that stands around every call of the runs within a block, and the clock they live by: for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tasktool_infra.engine.clock import Clock, RealClock
from tasktool_infra.engine.transport import Hook, NoHook

_HOOK: ContextVar[Hook] = ContextVar("tasktool_hook", default=NoHook())  # noqa: B039 - it has no state
_CLOCK: ContextVar[Clock] = ContextVar("tasktool_clock", default=RealClock())  # noqa: B039 - it has no state


def current_hook() -> Hook:
    """Give the hook of this block; without one, a hook that leaves every call alone."""
    return _HOOK.get()


def current_clock() -> Clock:
    """Give the clock of this block; without one, the real one."""
    return _CLOCK.get()


@contextmanager
def hooked(hook: Hook, clock: Clock | None = None) -> Iterator[None]:
    """Within, let every run have its calls seen by ``hook``, and its waits end by ``clock``."""
    seen, timed = _HOOK.set(hook), _CLOCK.set(clock or current_clock())
    try:
        yield
    finally:
        _CLOCK.reset(timed)
        _HOOK.reset(seen)
