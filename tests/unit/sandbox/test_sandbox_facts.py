"""What a sandbox says of itself: its repr, its description, its shell lines, its folder."""

import os
import subprocess
from pathlib import Path

import pytest

from tasktool_infra.files import write_private
from tasktool_infra.sandbox import Sandbox, SandboxError, describe, environment_lines, status, stop
from tasktool_infra.sandbox.home import is_alive, locate, locked, prepare, read_state, write_state
from tasktool_infra.sandbox.identity import identify


def sandbox(home: Path, pid: int = 1) -> Sandbox:
    return Sandbox(
        pid=pid,
        home=home,
        started="2026-01-01T00:00:00+00:00",
        region="ap-northeast-1",
        account="123456789012",
        aws_endpoint="http://127.0.0.1:1",
        access_key_id="AKIA",
        secret_access_key="a secret",
        cluster_name="mz-k8s",
        kubernetes_endpoint="https://127.0.0.1:2",
        ca="LS0tCg==",
        issuer="https://oidc.eks.ap-northeast-1.amazonaws.com/id/X",
        admin_token="a token",
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("TASKTOOL_SANDBOX_HOME", str(folder))
    return folder


def test_secrets_are_not_shown() -> None:
    shown = repr(sandbox(Path("/home"))) + describe(sandbox(Path("/home")))
    assert "a secret" not in shown
    assert "a token" not in shown
    assert "mz-k8s" in shown
    assert sandbox(Path("/home")).ca_pem == "---\n"


def test_the_shell_lines_clear_the_way() -> None:
    environ = {
        "NO_PROXY": "example.com, localhost",
        "AWS_PROFILE": "prod",
        "AWS_ENDPOINT_URL_S3": "https://example.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    lines = environment_lines(sandbox(Path("/a b")), environ)
    assert "export KUBECONFIG='/a b/kubeconfig'" in lines
    assert "export NO_PROXY=example.com,localhost,127.0.0.1" in lines
    assert "export no_proxy=127.0.0.1,localhost" in lines
    script = "\n".join([*lines, 'echo "$AWS_ENDPOINT_URL $AWS_SECRET_ACCESS_KEY $AWS_REGION $KUBECONFIG"; env'])
    shell = subprocess.run(["/bin/sh", "-c", script], env=environ, capture_output=True, text=True, check=True)
    first, *rest = shell.stdout.splitlines()
    assert first == "http://127.0.0.1:1 a secret ap-northeast-1 /a b/kubeconfig"
    assert not [line for line in rest if line.startswith(("AWS_PROFILE", "AWS_ENDPOINT_URL_", "AWS_IGNORE"))]


def test_more_is_exported_besides() -> None:
    lines = environment_lines(sandbox(Path("/home")), {}, {"TASK_TABLE_NAME": "tasks", "TITLE": "a 'b'"})
    script = "\n".join([*lines, 'echo "$TASK_TABLE_NAME $TITLE"'])
    shell = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, text=True, check=True)
    assert shell.stdout == "tasks a 'b'\n"


def test_the_folder_is_private_and_its_own(home: Path) -> None:
    assert prepare() == home == locate()
    assert home.stat().st_mode & 0o777 == 0o700
    home.chmod(0o755)
    assert prepare().stat().st_mode & 0o777 == 0o700
    (home / "letters").touch()
    with pytest.raises(SandboxError, match=r"holds other things \(letters\)"):
        prepare()


def test_the_default_folder_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TASKTOOL_SANDBOX_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert locate() == Path("/caches/tasktool-infra/sandbox")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/me")
    assert locate() == Path("/home/me/.cache/tasktool-infra/sandbox")
    monkeypatch.setattr("sys.platform", "darwin")
    assert locate() == Path("/home/me/Library/Caches/tasktool-infra/sandbox")


def test_a_folder_that_cannot_be_made_is_said(home: Path) -> None:
    home.parent.joinpath("home").touch()
    with pytest.raises(SandboxError, match=r"(?s)can't write to .*Set TASKTOOL_SANDBOX_HOME"):
        prepare()


def test_only_who_holds_the_lock_is_alive(home: Path) -> None:
    prepare()
    assert not is_alive(home)
    with locked(home / "life.lock"):
        assert is_alive(home)
        with pytest.raises(TimeoutError), locked(home / "life.lock", timeout=0):
            pass
    assert not is_alive(home)


def test_a_stale_state_is_nobodys(home: Path) -> None:
    prepare()
    assert read_state(home) is None
    write_state(sandbox(home, os.getpid()))
    assert read_state(home) == sandbox(home, os.getpid())
    assert (home / "state.json").stat().st_mode & 0o777 == 0o600
    text = (home / "state.json").read_text()
    write_private(home / "state.json", text.replace(f'"pid": {os.getpid()}', '"pid": 1'))
    assert read_state(home) is None  # another process has the pid by now
    write_private(home / "state.json", "{")
    assert read_state(home) is None
    assert status() is None
    assert not stop()


def test_a_process_has_an_identity_and_nobody_has_none() -> None:
    assert identify(os.getpid()) == identify(os.getpid()) != identify(1)
    assert identify(2**22 + 1) == ""
