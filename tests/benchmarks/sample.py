"""One process, measured from its start to its end."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import define, field, frozen

LOOK = 0.02
"""Seconds between two looks at the memory."""


@frozen(kw_only=True)
class Sample:
    """What a process took: wall and CPU time in seconds, memory in MB with its children, and calls that passed."""

    wall: float
    cpu: float
    memory: float
    calls: int = 0


@define
class Memory:
    """Looks at a process and its children again and again; ``most`` is what they had together, in MB.

    The system's own record (``ru_maxrss``) begins with the size of whoever started the process, and knows no sums.
    """

    pid: int
    most: float = field(init=False, default=0.0)
    _ended: threading.Event = field(init=False, factory=threading.Event)

    def watch(self) -> None:
        """Look until it is told to end."""
        while not self._ended.wait(LOOK):
            self.most = max(self.most, sum(map(_resident, _tree(self.pid))))

    def end(self) -> None:
        """Look no more."""
        self._ended.set()


def measured(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Sample:
    """Run a command to its end, with all processes that it waits for; raises RuntimeError when it fails."""
    with tempfile.TemporaryFile() as printed:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
        )
        memory = Memory(process.pid)
        watching = threading.Thread(target=memory.watch, daemon=True)
        watching.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        memory.end()
        watching.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            raise RuntimeError(f"{' '.join(command)}:\n{printed.read().decode(errors='replace')}")
    return Sample(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=memory.most)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _resident(pid: int) -> float:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0
