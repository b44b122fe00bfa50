"""What the tests of the scripts share."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tasktool_infra.cli import main
from tests.system.world import Done, Shell, World, shell_in, without_app, world

Inside = Callable[..., Done]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Give a shell that leads nowhere."""
    return shell_in(tmp_path)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[World]:
    """Give an empty cloud, and a shell that leads there."""
    with world(tmp_path) as made:
        yield made


@pytest.fixture
def commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[Shell], Inside]]:
    """Give what makes, of a shell, the commands in this process, where they start at once, with its environment."""
    before = signal.getsignal(signal.SIGTERM)

    def run(command: str, *arguments: str, expect: int = 0) -> Done:
        code = main(command, without_app(command, arguments))
        done = Done(code, *capsys.readouterr())
        assert done.code == expect, done.said
        return done

    def made(shell: Shell) -> Inside:
        # COLUMNS: readline may have put it there, and it would fold lines.
        for name in [name for name in os.environ if name.startswith(("AWS_", "TASKTOOL_", "COLUMNS"))]:
            monkeypatch.delenv(name)
        for name, value in shell.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(shell.folder)
        return run

    yield made
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def inside(cloud: World, commands: Callable[[Shell], Inside]) -> Inside:
    """Give the commands in this process, with the environment of the cloud's shell."""
    return commands(cloud.shell)


@pytest.fixture
def made(cloud: World, inside: Inside) -> World:
    """Give a cloud in which the environment `prod` stands."""
    inside("provision", "prod")
    cloud.proxy.calls.clear()
    return cloud
