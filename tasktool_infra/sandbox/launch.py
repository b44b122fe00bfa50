"""Launches the background process so that it outlives its caller and keeps nothing of it."""

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

from tasktool_infra.files import open_private
from tasktool_infra.sandbox.facts import SandboxError
from tasktool_infra.sandbox.home import ANOTHER_FOLDER, log_tail

START_TIMEOUT = 60.0
ROOM = 100_000
"""Bytes that it writes at most before it is ready."""
READY = b"+"
"""What the process writes when it can be used."""
KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"),
    *("DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "TASKTOOL_SANDBOX_IDLE"),
)
"""What the background process keeps of the environment: nothing of AWS, no proxies."""
NO_CONFIGURATION = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""moto uses the SDK inside: the user's profiles are none of its business."""


def spawn(home: Path, region: str, account: str) -> None:
    """Start the process and wait until it says that it is ready; raises SandboxError with its last words."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as said:
        try:
            _launch(home, region, account, writing)
        finally:
            os.close(writing)  # so that the other end is closed when the process dies
        ready, _, _ = select.select([said], [], [], START_TIMEOUT)
        if not ready or said.read(1) != READY:
            raise _not_started(home)


def _not_started(home: Path) -> SandboxError:
    if shutil.disk_usage(home).free < ROOM:
        said = f"The sandbox did not start. There is no room left on the disk of {home}."
        return SandboxError(said, next_step=f"Make room. Or: {ANOTHER_FOLDER}")
    said = f"The sandbox did not start. The end of its log, {home}/sandbox.log:\n{log_tail(home)}"
    return SandboxError(said, next_step="Correct what the log says, then run again.")


def _launch(home: Path, region: str, account: str, ready: int) -> None:
    log = open_private(home / "sandbox.log", os.O_WRONLY | os.O_TRUNC | os.O_APPEND)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "tasktool_infra.sandbox.child", str(home), region, account, str(ready)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(ready,),
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )
        process.wait(START_TIMEOUT)  # it forks and ends at once: the sandbox is nobody's child
    finally:
        os.close(log)


def _environment() -> dict[str, str]:
    """Give the background process's environment: what it needs and nothing that would lead it astray."""
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    root = Path(__file__).parents[2]
    paths = os.pathsep.join(str(Path(path).absolute()) for path in [str(root), *given])
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | NO_CONFIGURATION | {"PYTHONPATH": paths}
