"""Emulators of AWS as processes on loopback: each ends with the tests, also when these are killed."""

import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError

from attrs import frozen

from tests.controlplane.processes import Processes, processes

ACCOUNT, REGION = "123456789012", "ap-northeast-1"


@frozen
class Emulator:
    """A running emulator; ``forgetting`` is the path that a POST to makes it forget everything."""

    name: str
    endpoint: str
    forgetting: str

    def forget(self) -> None:
        """Make it as it was at its start."""
        with urllib.request.urlopen(urllib.request.Request(self.endpoint + self.forgetting, method="POST"), timeout=10):
            pass


@contextmanager
def moto(*settings: str) -> Iterator[Emulator]:
    """Run moto as it comes, or with some settings.

    In a process of its own, so that what a sandbox mends in this one is no part of it.
    """
    port = free_port()
    program = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
    with served("moto", ["env", *settings, sys.executable, "-W", "ignore", "-c", program], port):
        yield Emulator("moto", f"http://127.0.0.1:{port}", "/moto-api/reset")


@contextmanager
def ministack() -> Iterator[Emulator]:
    """Run MiniStack, which has no code in common with moto."""
    port = free_port()
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "WARNING",
    }
    argv = ["env", *(f"{name}={value}" for name, value in settings.items()), sys.executable, "-m", "ministack"]
    with served("ministack", argv, port):
        yield Emulator("ministack", f"http://127.0.0.1:{port}", "/_ministack/reset")


EMULATORS = {"moto": moto, "ministack": ministack}


@contextmanager
def served(name: str, argv: list[str], port: int) -> Iterator[Processes]:
    """Run a program for as long as the block lasts, and wait until it serves."""
    with processes() as running:
        running.start(name, argv)
        running.wait(name, "serving", lambda: answers(port))
        yield running


def answers(port: int) -> bool:
    """Tell whether something speaks HTTP there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=10):
            return True
    except URLError as error:
        return hasattr(error, "code")
    except OSError:
        return False


def free_port() -> int:
    """Find a port that is free now."""
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])
