"""One process, measured from its start to its end."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen


@frozen(kw_only=True)
class Sample:
    """What a process took: wall and CPU time in seconds, the largest process of it in MB, and calls that passed."""

    wall: float
    cpu: float
    memory: float
    calls: int = 0


def measured(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Sample:
    """Run a command to its end, with all processes that it waits for; raises RuntimeError when it fails."""
    with tempfile.TemporaryFile() as printed:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            raise RuntimeError(f"{' '.join(command)}:\n{printed.read().decode(errors='replace')}")
    return Sample(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)
