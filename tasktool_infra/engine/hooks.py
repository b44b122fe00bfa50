"""The hook that stands around every call of the runs within a block: tests inject faults with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tasktool_infra.engine.transport import Hook, NoHook

_HOOK: ContextVar[Hook] = ContextVar("tasktool_hook", default=NoHook())  # noqa: B039 - it has no state


def current_hook() -> Hook:
    """Give the hook of this block; without one, a hook that leaves every call alone."""
    return _HOOK.get()


@contextmanager
def hooked(hook: Hook) -> Iterator[None]:
    """Within, let every run have its calls seen by ``hook``."""
    token = _HOOK.set(hook)
    try:
        yield
    finally:
        _HOOK.reset(token)
