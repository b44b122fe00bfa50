"""Ctrl-C and SIGTERM: the first lets calls under way end and starts none, the second leaves at once.

A notebook's kernel is never left, since all that its user has at hand would go with it: there the second interrupts.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from tasktool_infra.values.display import in_kernel

EXIT = 130


@contextmanager
def interruptible(interrupt: Callable[[], None], *, signals: tuple[signal.Signals, ...]) -> Iterator[None]:
    """Within, turn the first of these signals into ``interrupt()`` and leave the process at the second.

    Outside of the main thread, where Python allows no handlers, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = _handler(interrupt)
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, previous in before.items():
            # None stands for a handler that Python did not install and can't put back.
            signal.signal(number, signal.SIG_DFL if previous is None else previous)


def _handler(interrupt: Callable[[], None]) -> Callable[[int, FrameType | None], Any]:
    """Give one handler for all the signals: a Ctrl-C and a SIGTERM are two."""
    seen: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        if seen and in_kernel():
            raise KeyboardInterrupt
        if seen:
            _leave()
        seen.append(number)
        interrupt()

    return handle


def _leave() -> None:
    # An orderly exit would run what waits for calls to end. The signal may have come in the middle of a print, where
    # another flush is an error: that must not keep the process.
    try:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
    finally:
        os._exit(EXIT)
