"""The sandbox as a background process: started, found, stopped, left alone; and kubectl in front of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tasktool_infra import sandbox
from tasktool_infra.sandbox import Sandbox, SandboxError
from tasktool_infra.sandbox.home import is_alive, locked
from tasktool_infra.sandbox.identity import identify

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a home of the test's own, in a shell that would lead astray."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TASKTOOL_SANDBOX_HOME", str(folder))
    monkeypatch.setenv("AWS_PROFILE", "stale")
    for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    yield folder
    monkeypatch.setenv("TASKTOOL_SANDBOX_HOME", str(folder))
    sandbox.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TASKTOOL_SANDBOX_HOME", str(tmp_path_factory.mktemp("running") / "home"))
        yield sandbox.start()
        sandbox.stop()


def eventually(look: Callable[[], Any], timeout: float = 5) -> Any:
    end = time.monotonic() + timeout
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


def test_it_is_started_once_found_and_stopped(home: Path, running: Sandbox) -> None:
    assert sandbox.status() is None
    with ThreadPoolExecutor(3) as pool:
        (started,) = set(pool.map(lambda _: sandbox.start(), range(3)))
    assert sandbox.start() == started == sandbox.status()
    assert (started.pid, started.aws_endpoint) != (running.pid, running.aws_endpoint)
    assert {entry.stat().st_mode & 0o777 for entry in home.iterdir()} == {0o600}
    assert json.loads(started.kubeconfig.read_text())["current-context"] == "mz-k8s"
    with pytest.raises(SandboxError, match="is for region ap-northeast-1"):
        sandbox.start(region="eu-west-1")
    assert sandbox.stop()
    assert not is_alive(home)
    assert sandbox.status() is None
    assert not sandbox.stop()
    assert is_alive(running.home)


def test_it_outlives_its_command_and_holds_none_of_its_pipes(home: Path) -> None:
    script = "from tasktool_infra import sandbox; print(sandbox.start(region='eu-west-1', account='111122223333').pid)"
    command = [sys.executable, "-c", script]
    # run() waits until nobody holds the pipe any more
    first = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, cwd=ROOT)
    found = sandbox.status()
    assert found is not None
    assert found.pid == int(first.stdout)
    assert (found.region, found.account) == ("eu-west-1", "111122223333")
    assert os.getsid(found.pid) != os.getsid(0)
    shutil.rmtree(home)  # without its folder nobody finds it again, so it ends
    eventually(lambda: not identify(found.pid))


def test_a_stale_state_hurts_nobody(home: Path) -> None:
    first = sandbox.start()
    state = (home / "state.json").read_text()
    os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: not is_alive(home))
    assert sandbox.status() is None
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        # the pid is somebody else's by now
        (home / "state.json").write_text(state.replace(f'"pid": {first.pid}', f'"pid": {bystander.pid}'))
        assert not sandbox.stop()
        second = sandbox.start()
        assert second.pid not in (first.pid, bystander.pid)
        assert sandbox.stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_it_ends_when_idle(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKTOOL_SANDBOX_IDLE", "2")
    sandbox.start()
    eventually(lambda: not is_alive(home))
    assert sandbox.status() is None
    assert not (home / "state.json").exists()


def test_a_start_that_fails_shows_the_log(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKTOOL_SANDBOX_IDLE", "never")
    with pytest.raises(SandboxError, match=r"(?s)did not start.*could not convert string to float: 'never'"):
        sandbox.start()


def test_missing_packages_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "moto" else name)
    with pytest.raises(SandboxError, match=r"(?s)needs moto, .*pip install 'tasktool-infra\[sandbox\]'"):
        sandbox.start()


def test_what_holds_the_folder_elsewhere_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(mode=0o700)
    monkeypatch.setattr("tasktool_infra.sandbox.process.STATE_TIMEOUT", 0.1)
    with locked(home / "life.lock"):
        with pytest.raises(SandboxError, match="can't be reached from here"):
            sandbox.start()
        with pytest.raises(SandboxError, match="its process can't be found"):
            sandbox.stop()


def test_the_client_side_imports_nothing_heavy() -> None:
    heavy = "('moto', 'boto3', 'cryptography', 'yaml')"
    script = f"import sys, tasktool_infra.sandbox; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout == "[]\n"


MANIFESTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "web:1", ports: [{containerPort: 80}]}
"""


@pytest.fixture
def kubectl(running: Sandbox, tmp_path: Path) -> Callable[..., str]:
    """Run kubectl with the environment that `sandbox env` prints."""
    program = shutil.which("kubectl")
    if program is None:
        pytest.skip("kubectl is not installed")
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(MANIFESTS)
    lines = "\n".join(sandbox.environment_lines(running, {}))

    def run(*arguments: str, expects: int = 0) -> str:
        script = f'{lines}\nexec "$@"'
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HTTPS_PROXY": "http://127.0.0.1:9"}
        command = [
            "/bin/sh",
            "-c",
            script,
            "sh",
            program,
            *(str(manifests) if part == "FILE" else part for part in arguments),
        ]
        done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=20, check=False)
        assert done.returncode == expects, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_kubectl_works(kubectl: Callable[..., str]) -> None:
    assert "deployment.apps/web serverside-applied" in kubectl("apply", "--server-side", "-f", "FILE")
    assert "successfully rolled out" in kubectl("rollout", "status", "-n", "shop", "deploy/web", "--timeout=5s")
    assert kubectl("diff", "--server-side", "-f", "FILE") == ""
    kubectl("scale", "-n", "shop", "deploy/web", "--replicas=5")
    conflict = kubectl("apply", "--server-side", "-f", "FILE", expects=1)
    assert '"kubectl" with subresource "scale" using apps/v1: .spec.replicas' in conflict
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "FILE")
    kubectl("annotate", "-n", "shop", "deploy/web", "a=b")
    kubectl("label", "-n", "shop", "deploy/web", "c=d")
    assert kubectl("get", "deploy", "-n", "shop", "-l", "c=d", "-o", "name") == "deployment.apps/web\n"
    assert "web" in kubectl("get", "all", "-n", "shop")
    kubectl("delete", "ns", "shop")
    assert "NotFound" in kubectl("get", "ns", "shop", expects=1)
