"""The sandbox's folder: where it is, what is in it, who may use it.

state.json   how to reach the running sandbox and what opens it
kubeconfig   for kubectl
ca.crt       the cluster's certificate authority
sandbox.log  what the background process had to say
start.lock   held while somebody starts or stops it, so that two starts end in one sandbox
life.lock    held by the background process as long as it lives; the system lets go of it whatever happens
"""

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import fields

from tasktool_infra.files import open_private, write_private
from tasktool_infra.sandbox.facts import Sandbox, SandboxError
from tasktool_infra.sandbox.identity import identify

VARIABLE = "TASKTOOL_SANDBOX_HOME"
ANOTHER_FOLDER = f"Set {VARIABLE} to a folder of your own."
FILES = {"state.json", "kubeconfig", "ca.crt", "sandbox.log", "start.lock", "life.lock"}
LOCK_TIMEOUT = 60.0


def locate() -> Path:
    """Give the folder: TASKTOOL_SANDBOX_HOME, else one in the user's cache."""
    if given := os.environ.get(VARIABLE):
        return Path(given).expanduser().absolute()
    return _cache() / "tasktool-infra" / "sandbox"


def _cache() -> Path:
    if sys.platform == "darwin":
        return Path("~/Library/Caches").expanduser()
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given if given.startswith("/") else "~/.cache").expanduser()


def prepare() -> Path:
    """Make the folder, for its owner's eyes only, and give it.

    Raises SandboxError when that is not possible, and for a folder that holds other things, which it would close.
    """
    home = locate()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = [entry.name for entry in home.iterdir() if entry.name.partition(".tmp")[0] not in FILES]
        if foreign:
            raise SandboxError(
                f"{home} can't be the folder of the sandbox: it holds other things ({foreign[0]}).",
                next_step=ANOTHER_FOLDER,
            )
        home.chmod(0o700)
        os.close(open_private(home / "start.lock", os.O_RDWR))
    except OSError as error:
        why = error.strerror or error
        raise SandboxError(f"The sandbox can't write to {home} ({why}).", next_step=ANOTHER_FOLDER) from error
    return home


@contextlib.contextmanager
def locked(path: Path, timeout: float = LOCK_TIMEOUT) -> Iterator[int]:
    """Hold a lock for as long as the block lasts; raises TimeoutError when another process holds it for too long."""
    descriptor = open_private(path, os.O_RDWR)
    try:
        _acquire(descriptor, time.monotonic() + timeout)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, end: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > end:
                raise TimeoutError("another process holds the lock") from error
            time.sleep(0.02)
        else:
            return


def belongs_to_another(home: Path) -> SandboxError:
    """Give what to say of a folder that another user's sandbox has."""
    return SandboxError(f"The sandbox of {home} belongs to another user.", next_step=ANOTHER_FOLDER)


def is_alive(home: Path) -> bool:
    """Whether the background process of this folder lives: it holds its lock. A pid alone could be anybody's by now.

    Raises SandboxError for a folder of another user.
    """
    try:
        descriptor = os.open(home / "life.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    except PermissionError as error:
        raise belongs_to_another(home) from error
    try:  # shared, so that two who look at once don't take each other for the process
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def read_state(home: Path) -> Sandbox | None:
    """Give the sandbox that the state file describes; None for no or no readable file, or one of a past process."""
    try:
        state: dict[str, Any] = json.loads((home / "state.json").read_text("utf-8"))
        process = state.pop("process")
        sandbox = Sandbox(home=home, **state)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return sandbox if identify(sandbox.pid) == process else None


def write_state(sandbox: Sandbox) -> None:
    """Write the state file of a sandbox in this process."""
    names = (attribute.name for attribute in fields(Sandbox) if attribute.name != "home")
    state = {name: getattr(sandbox, name) for name in names} | {"process": identify(sandbox.pid)}
    write_private(sandbox.home / "state.json", json.dumps(state, indent=2) + "\n")


def log_tail(home: Path, lines: int = 10) -> str:
    """Give the last lines of the log."""
    try:
        return "\n".join((home / "sandbox.log").read_text("utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
