"""Starts, finds and stops the background process. Imports nothing heavy: the servers live in the other process."""

import contextlib
import http.client
import importlib.util
import os
import signal
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from tasktool_infra.sandbox.facts import ACCOUNT, REGION, Sandbox, SandboxElsewhere, SandboxError
from tasktool_infra.sandbox.home import (
    ANOTHER_FOLDER,
    belongs_to_another,
    is_alive,
    locate,
    locked,
    log_tail,
    prepare,
    read_state,
)
from tasktool_infra.sandbox.launch import spawn

STOP_TIMEOUT = 5.0
STATE_TIMEOUT = 10.0
PROBE_TIMEOUT = 5.0
PAUSE = 0.02
EXTRA = {"moto": "moto", "flask": "flask", "flask_cors": "flask-cors", "cryptography": "cryptography"}


def start(region: str | None = None, account: str | None = None) -> Sandbox:
    """Start the sandbox of this home, or find the one that runs.

    Without a region: the one that runs has, else ap-northeast-1; the account likewise. Raises SandboxError when it
    can't be started, and when one runs for another region or account.
    """
    _check_extra()
    home = prepare()
    with _locked(home):
        found = _find(home)
        if found is None:
            spawn(home, region or REGION, account or ACCOUNT)
            found = _find(home)
        if found is None:
            raise SandboxError(
                f"The sandbox ended right after its start. Its log, {home}/sandbox.log:\n{log_tail(home)}",
                next_step="Correct what the log says, then run again.",
            )
    return _checked(found, region, account)


def status() -> Sandbox | None:
    """Give the sandbox of this home when it runs and answers, else None."""
    home = locate()
    return _find(home) if (home / "life.lock").exists() else None


def stop() -> bool:
    """End the sandbox of this home and wait until it is gone; False when none ran."""
    home = locate()
    if not home.exists() or not is_alive(home):
        return False
    with _locked(home):
        sandbox = _state(home)
        if sandbox is None and is_alive(home):
            raise SandboxError(
                f"A sandbox holds {home}, but its process can't be found.",
                next_step="Stop it where it was started: in another container or on another machine.",
            )
        if sandbox is not None:
            _end(sandbox)
    return True


def _check_extra() -> None:
    missing = [package for module, package in EXTRA.items() if importlib.util.find_spec(module) is None]
    if missing:
        listed = ", ".join(missing)
        raise SandboxError(
            f"The sandbox needs {listed}, not installed for {sys.executable}.",
            next_step="Install it: pip install 'tasktool-infra[sandbox]'",
        )


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        with locked(home / "start.lock"):
            yield
    except TimeoutError as error:
        raise SandboxError(
            f"Another command has been starting or stopping the sandbox of {home} for too long.",
            next_step="Wait for it or end it, then run again.",
        ) from error
    except PermissionError as error:
        raise belongs_to_another(home) from error


def _checked(sandbox: Sandbox, region: str | None, account: str | None) -> Sandbox:
    wanted = (region or sandbox.region, account or sandbox.account)
    if wanted != (sandbox.region, sandbox.account):
        raise SandboxElsewhere(
            f"The sandbox of {sandbox.home} is for region {sandbox.region}, account {sandbox.account}, not for "
            f"{', '.join(wanted)}.",
            next_step=f"Stop it first (sandbox.py stop). Or: {ANOTHER_FOLDER}",
        )
    return sandbox


def _find(home: Path) -> Sandbox | None:
    """Find the sandbox that lives and answers, None without one; raises SandboxError when it can't be reached."""
    sandbox = _state(home)
    if sandbox is None:
        return _unreachable(home, "it does not say where it is") if is_alive(home) else None
    try:
        _probe(sandbox)
    except OSError as error:
        return None if _wait_gone(home, 1) else _unreachable(home, str(error))
    return sandbox


def _state(home: Path) -> Sandbox | None:
    """Give what a living sandbox says of itself; on its way up or down it says nothing, for a moment."""
    end = time.monotonic() + STATE_TIMEOUT
    while is_alive(home) and time.monotonic() < end:
        if sandbox := read_state(home):
            return sandbox
        time.sleep(PAUSE)
    return None


def _wait_gone(home: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_alive(home):
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def _end(sandbox: Sandbox) -> None:
    """Asks the process to end, and makes it."""
    for number, seconds in ((signal.SIGTERM, STOP_TIMEOUT), (signal.SIGKILL, STOP_TIMEOUT)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(sandbox.pid, number)
        if _wait_gone(sandbox.home, seconds):
            (sandbox.home / "state.json").unlink(missing_ok=True)
            return
    raise SandboxError(
        f"The sandbox (process {sandbox.pid}) does not end.",
        next_step=f"Look what holds it (ps -o stat,wchan {sandbox.pid}), then run again.",
    )


def _unreachable(home: Path, why: str) -> NoReturn:
    raise SandboxError(
        f"A sandbox holds {home}, but can't be reached from here ({why}).",
        next_step=f"Stop it where it was started. Or: {ANOTHER_FOLDER}",
    )


def _probe(sandbox: Sandbox) -> None:
    """Asks both servers for a sign of life, past any proxy; raises OSError."""
    aws, kubernetes = urlsplit(sandbox.aws_endpoint), urlsplit(sandbox.kubernetes_endpoint)
    context = ssl.create_default_context(cadata=sandbox.ca_pem)
    connections = (
        (http.client.HTTPConnection(aws.netloc, timeout=PROBE_TIMEOUT), "/moto-api/data.json"),
        (http.client.HTTPSConnection(kubernetes.netloc, timeout=PROBE_TIMEOUT, context=context), "/readyz"),
    )
    for connection, path in connections:
        with contextlib.closing(connection):
            try:
                connection.request("GET", path)
                connection.getresponse().read()
            except http.client.HTTPException as error:
                raise OSError(f"no answer: {error!r}") from error
