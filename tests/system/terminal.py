"""A terminal of a test's own, with somebody before it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from typing import Any

from attrs import define, field

from tests.system.world import heed_interrupts

PROMPT = "Only 'yes' is taken for a yes: "


@define
class AtTerminal:
    """A script whose input and output are a terminal of its own, with somebody before it."""

    process: "subprocess.Popen[str]"
    screen: int
    said: str = field(init=False, default="")

    def until(self, text: str, timeout: float = 30) -> None:
        """Read until something is on the screen."""
        end = time.monotonic() + timeout
        while text not in self.said:
            assert time.monotonic() < end, self.said
            if not self._read():
                break
        assert text in self.said, self.said

    def _read(self) -> bool:
        ready, _, _ = select.select([self.screen], [], [], 0.2)
        if not ready:
            return True
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # Linux: the last process at the terminal has gone
            data = b""
        self.said += data.decode().replace("\r\n", "\n")
        return bool(data)

    def type(self, keys: str) -> None:
        """Type some keys."""
        os.write(self.screen, keys.encode())

    def end(self, expect: int) -> str:
        """Read to the end, look at the exit code, and give all that was on the screen."""
        end = time.monotonic() + 30
        while self._read():
            assert time.monotonic() < end, self.said
        os.close(self.screen)
        assert self.process.wait(10) == expect, self.said
        assert "Traceback" not in self.said
        return self.said


def at_terminal(start: "Callable[..., subprocess.Popen[str]]", *, columns: int = 80) -> AtTerminal:
    """Start a process at a terminal, as its leader: what is typed there counts as keys.

    ``start`` takes what Popen takes besides the command.
    """
    screen, ours = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), ours)
    process = start(**streams, start_new_session=True, preexec_fn=lambda: _lead(ours))
    os.close(ours)
    return AtTerminal(process, screen)


def _lead(terminal: int) -> None:
    heed_interrupts()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
