"""The background process: both servers until somebody ends it, nobody asks any more, or its folder is gone."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from attrs import define, field

from tasktool_infra.sandbox.home import locked, write_state
from tasktool_infra.sandbox.launch import READY

IDLE = 1800.0
LOOK = 1.0
"""Seconds between looks at the clock and at the folder."""


@define
class Activity:
    """When the last request came."""

    last: float = field(factory=time.monotonic)

    def __call__(self) -> None:
        """Note that a request came."""
        self.last = time.monotonic()

    def idle(self) -> float:
        """Seconds since the last request."""
        return time.monotonic() - self.last


def serve(home: Path, region: str, account: str, ready: int) -> None:
    """Run the sandbox of a folder; writes READY to the descriptor `ready` when it can be used."""
    longest = float(os.environ.get("TASKTOOL_SANDBOX_IDLE") or IDLE)
    with locked(home / "life.lock", timeout=10):
        state = home / "state.json"
        state.unlink(missing_ok=True)
        # Both need seconds of imports, which a second sandbox for this folder should not get to.
        from tasktool_infra.sandbox.embedded import embedded
        from tasktool_infra.sandbox.played_images import played_images

        ended, activity = threading.Event(), Activity()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: ended.set())
        with played_images(), embedded(region, account=account, home=home, activity=activity) as sandbox:
            write_state(sandbox)
            os.write(ready, READY)
            os.close(ready)
            _wait(ended, activity, state, longest)
            state.unlink(missing_ok=True)


def _wait(ended: threading.Event, activity: Activity, state: Path, longest: float) -> None:
    while activity.idle() < longest and state.exists():
        if ended.wait(min(LOOK, max(longest - activity.idle(), 0))):
            return


def main(arguments: list[str]) -> None:
    """Leaves the caller's process and serves: the caller waits for this process only until it has forked."""
    home, region, account, ready = arguments
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    serve(Path(home), region, account, int(ready))


if __name__ == "__main__":
    main(sys.argv[1:])
