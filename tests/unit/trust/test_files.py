"""The files that we write: whose they are, and where links lead."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktool_infra import files
from tasktool_infra.init.table import add
from tasktool_infra.sandbox.facts import SandboxError
from tasktool_infra.sandbox.home import VARIABLE, locked, prepare
from tasktool_infra.sandbox.launch import spawn

PLANTED = "of somebody else"


@pytest.fixture(autouse=True)
def open_to_all() -> Iterator[None]:
    """Let new files be open to everybody, unless we say otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give a file that links may lead to."""
    file = tmp_path / "elsewhere"
    file.write_text(PLANTED)
    return file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a sandbox."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


def mode(path: Path) -> int:
    """Give who may do what with a file."""
    return path.stat().st_mode & 0o777


def test_a_private_file_replaces_a_link_and_is_its_owners_alone(tmp_path: Path, elsewhere: Path) -> None:
    file = tmp_path / "plan.json"
    file.symlink_to(elsewhere)
    files.write_private(file, "ours")
    assert (file.read_text(), mode(file), file.is_symlink()) == ("ours", 0o600, False)
    assert elsewhere.read_text() == PLANTED


@pytest.mark.parametrize("lead", [False, True], ids=["itself", "by a link"])
def test_a_device_or_a_pipe_is_never_replaced(tmp_path: Path, *, lead: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / ("link" if lead else "pipe")
    if lead:
        path.symlink_to(tmp_path / "pipe")
    with pytest.raises(OSError, match="a device or a pipe"):
        files.write_private(path, "ours")
    assert (tmp_path / "pipe").is_fifo()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted({"pipe", path.name})


def test_a_draft_that_somebody_has_planted_is_not_written_through(tmp_path: Path, elsewhere: Path) -> None:
    for name in ("plan.json", "environments.toml"):
        (tmp_path / f"{name}.tmp{os.getpid()}").symlink_to(elsewhere)
    files.write_private(tmp_path / "plan.json", "ours")
    add(tmp_path / "environments.toml", "[prod]\n")
    assert elsewhere.read_text() == PLANTED
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "environments.toml", "plan.json"}


def test_no_half_of_a_file_stays_where_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "plan.json"
    file.write_text("before")
    monkeypatch.setattr(os, "fchmod", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        files.write_private(file, "ours")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert file.read_text() == "before"


def test_log_and_locks_of_the_sandbox_are_their_owners_alone(home: Path) -> None:
    prepare()
    with locked(home / "life.lock"):
        assert [mode(home / name) for name in ("start.lock", "life.lock")] == [0o600, 0o600]
    assert mode(home) == 0o700


@pytest.mark.parametrize("name", ["start.lock", "life.lock", "sandbox.log"])
def test_log_and_locks_of_the_sandbox_are_no_links(home: Path, elsewhere: Path, name: str) -> None:
    (home / name).symlink_to(elsewhere)
    with pytest.raises((SandboxError, OSError), match=r"link|write"):  # noqa: PT012 - whichever comes to it first
        prepare()
        if name == "sandbox.log":
            spawn(home, "ap-northeast-1", "123456789012")
        with locked(home / name):
            pass
    assert elsewhere.read_text() == PLANTED
