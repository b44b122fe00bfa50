"""Runs the programs of one control plane and ends them with whoever asked for them, however that one ended.

A program of its own: it reads requests as JSON lines on stdin and answers each with one line. The end of stdin is the
end of the caller, even of one that was killed: all programs are ended, the last one first (the API server before its
etcd), and the folder is removed. Should this process be killed itself, the kernel kills the programs.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
STARTED: dict[str, "subprocess.Popen[bytes]"] = {}


def die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the supervisor dies; runs in the child before exec."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(name: str, argv: list[str]) -> int:
    """Start a program in the folder, with its output in a file of its name there."""
    # Nothing of the caller's environment: proxies, kubeconfigs and AWS profiles are none of its business.
    home = str(Path.cwd())
    clean = {"PATH": os.environ.get("PATH", ""), "HOME": home, "TMPDIR": home}
    with Path(f"{name}.log").open("ab") as log:
        STARTED[name] = subprocess.Popen(
            argv,
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - there are no threads here
        )
    return STARTED[name].pid


def stop(name: str) -> None:
    """Kill a program. Its data goes with the folder, so that there is nothing to wait for."""
    process = STARTED.pop(name, None)
    if process:
        process.kill()
        process.wait()


def states() -> dict[str, int | None]:
    """Look up each program's exit code; None while it runs."""
    return {name: process.poll() for name, process in STARTED.items()}


def answer(request: dict[str, Any]) -> Any:
    """Do what one line asks for."""
    match request:
        case {"start": name, "argv": argv}:
            return start(name, argv)
        case {"stop": name}:
            return stop(name)
        case _:
            return states()


def leave(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exit, so that the cleaning up is done."""
    sys.exit(128 + number)


def main() -> None:
    """Serve until the caller is gone."""
    folder = Path(sys.argv[1])
    os.chdir(folder)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
            sys.stdout.flush()
    finally:
        for name in reversed(list(STARTED)):
            stop(name)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
