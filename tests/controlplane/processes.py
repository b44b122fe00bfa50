"""The caller's side of the supervisor: start and stop programs, read their logs, wait for what they do."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any

from attrs import field, frozen

SUPERVISOR = Path(__file__).parent / "supervisor.py"


class NotStarted(Exception):
    """A program ended, or did not do in time what was waited for."""


@frozen
class Processes:
    """The programs of one control plane, in one folder that goes with them."""

    folder: Path
    supervisor: "subprocess.Popen[str]"
    lock: Lock = field(factory=Lock)

    def ask(self, **request: Any) -> Any:
        """Send one request to the supervisor."""
        with self.lock:
            assert self.supervisor.stdin
            assert self.supervisor.stdout
            self.supervisor.stdin.write(json.dumps(request) + "\n")
            self.supervisor.stdin.flush()
            line = self.supervisor.stdout.readline()
        if not line:
            raise NotStarted("the supervisor of the control plane is gone")
        return json.loads(line)

    def start(self, name: str, argv: list[str]) -> int:
        """Start a program; its process id."""
        return int(self.ask(start=name, argv=argv))

    def stop(self, name: str) -> None:
        """Kill a program that runs; nothing when it does not."""
        self.ask(stop=name)

    def runs(self, name: str) -> bool:
        """Tell whether a program was started and has not ended."""
        return self.ask().get(name, 0) is None

    def log(self, name: str, lines: int = 15) -> str:
        """Read the end of what a program wrote."""
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def wait(self, name: str, what: str, look: Callable[[], bool], deadline: float = 60) -> None:
        """Look until it is so; give up when the program has ended or time is over."""
        end = time.monotonic() + deadline
        while not look():
            if not self.runs(name):
                raise NotStarted(f"{name} ended before {what}:\n{self.log(name)}")
            if time.monotonic() > end:
                raise NotStarted(f"{name}: {what} did not come within {deadline:g} s:\n{self.log(name)}")
            time.sleep(0.03)


@contextmanager
def processes() -> Iterator[Processes]:
    """Start a supervisor with a folder of its own; both are gone afterwards."""
    folder = Path(mkdtemp(prefix="controlplane-"))
    # A session of its own: Ctrl-C reaches the tests, and the tests end the programs in their order.
    supervisor = subprocess.Popen(
        [sys.executable, "-I", "-S", str(SUPERVISOR), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        with supervisor:  # leaving closes its stdin, and waits for its end
            yield Processes(folder, supervisor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # still there only when the supervisor was killed
