"""A cloud for tests that run the scripts: an AWS with a proxy before it, a cluster, and a shell that leads there."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.sandbox import Sandbox
from tasktool_infra.sandbox.embedded import embedded
from tests.controlplane.api import MERGE, Api
from tests.faults.proxy import Answer, Passed, Proxy, proxy

ROOT = Path(__file__).parents[2]
TABLE, BUCKET = "task-tool-prod-tasks", "task-tool-prod-completed-task-report-bucket"
ACCESS = "/api/v1/namespaces/prod/serviceaccounts"
SUMMARIES = ("Plan: ", "No changes.")
LINE = re.compile(r"^  ([-+~!?…] \w+\.[^\s:]+)", re.MULTILINE)


def without_app(command: str, arguments: tuple[str, ...]) -> list[str]:
    """Give the arguments, limited to AWS and access where they name no layer.

    Nobody has pushed images to these clouds, so the application would wait for them. It has tests of its own; `local`
    needs none pushed.
    """
    itself = {"local", "--only", "--sandbox", "--help", "--version"} & set(arguments)
    whole = itself or command in ("sandbox", "doctor", "init", "completion", "permissions")
    return [*arguments] if whole or not arguments else [*arguments, "--only", "aws", "access"]


@frozen
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that it said."""
        return self.out + self.err

    @property
    def summary(self) -> str:
        """The line that says what will be done; empty without one."""
        return next((line for line in self.out.splitlines() if line.startswith(SUMMARIES)), "")

    @property
    def planned(self) -> list[str]:
        """What the plan does: a sign and a resource each."""
        return LINE.findall(self.out.partition(self.summary)[0])


@frozen
class Shell:
    """Runs the scripts in a folder, with a small environment of its own; only ``whole``, with the application."""

    folder: Path
    environ: dict[str, str]
    whole: bool = False

    def start(self, script: str, *arguments: str, **more: Any) -> "subprocess.Popen[str]":
        """Start a script and give its process; its output is kept in pipes."""
        told = arguments if self.whole else without_app(script, arguments)
        command = [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *told]
        pipes: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE) | {"stdin": subprocess.DEVNULL}
        pipes["preexec_fn"] = heed_interrupts
        return subprocess.Popen(command, cwd=self.folder, env=self.environ, text=True, **(pipes | more))

    def run(self, script: str, *arguments: str, expect: int | None = 0) -> Done:
        """Run a script to its end, and look at its exit code."""
        with self.start(script, *arguments) as process:
            return ended(process, expect=expect)

    def having(self, **variables: str) -> "Shell":
        """Give the same shell with some variables set."""
        return evolve(self, environ=self.environ | variables)

    def config(self, text: str) -> None:
        """Write the environments of this folder."""
        (self.folder / "environments.toml").write_text(text)


def heed_interrupts() -> None:
    """Let Ctrl-C count, which whoever runs the tests side by side has switched off."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(process: "subprocess.Popen[str]", *, expect: int | None = 0, timeout: float = 60) -> Done:
    """Wait for a process, and look at its exit code; nothing may ever print a traceback."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    done = Done(process.returncode, out or "", err or "")
    assert "Traceback" not in done.said, done.said
    assert expect is None or done.code == expect, done.said
    return done


def shell_in(folder: Path, **variables: str) -> Shell:
    """Give a shell in which nothing of the caller's counts: no account, no proxy, a home of its own."""
    home = folder / "user"
    home.mkdir(parents=True, exist_ok=True)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONWARNINGS": "error",
    }
    return Shell(folder, environ | variables)


@frozen
class World:
    """An emulator's AWS behind a proxy, a cluster, and a shell whose variables lead to them."""

    sandbox: Sandbox
    proxy: Proxy
    shell: Shell
    kubernetes: Api = field(repr=False)

    @property
    def writes(self) -> list[Passed]:
        """The calls that were to change something in AWS."""
        return self.proxy.writes

    def aws(self, service: str) -> Any:
        """Give a client that goes past the proxy: what is done by hand does not count."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.sandbox.aws_endpoint,
            region_name=self.sandbox.region,
            aws_access_key_id=self.sandbox.access_key_id,
            aws_secret_access_key=self.sandbox.secret_access_key,
        )

    def edit(self, path: str, body: Any) -> None:
        """Change an object of the cluster as somebody with kubectl does."""
        self.kubernetes.call("PATCH", f"{path}?fieldManager=kubectl-edit", body, MERGE).need()

    def versions(self) -> dict[str, str]:
        """Give the versions of what the cluster has of us: any write there is seen by them."""
        listed = [
            *self.kubernetes.get("/api/v1/namespaces")["items"],
            *self.kubernetes.get("/api/v1/serviceaccounts")["items"],
        ]
        return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in listed}

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Fail when anything is written within the block, in AWS or in the cluster."""
        before, writes = self.versions(), len(self.writes)
        yield
        assert self.writes[writes:] == []
        assert self.versions() == before


@contextmanager
def world(folder: Path, *, delay: float = 0.0) -> Iterator[World]:
    """Make an empty cloud in this process, for as long as the block lasts."""
    with embedded() as sandbox, proxy(sandbox.aws_endpoint, delay=delay) as before:
        shell = shell_in(
            folder,
            AWS_ENDPOINT_URL=before.url,
            AWS_ACCESS_KEY_ID=sandbox.access_key_id,
            AWS_SECRET_ACCESS_KEY=sandbox.secret_access_key,
            KUBECONFIG=str(sandbox.kubeconfig),
        )
        yield World(sandbox, before, shell, Api(sandbox.kubernetes_endpoint, sandbox.ca_pem, sandbox.admin_token))


def refusing(status: int, code: str, said: str) -> Answer:
    """Give an error as AWS answers it in XML."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{said}</Message></Error></ErrorResponse>"
    return Answer(status, body.encode())


def refusing_in_json(status: int, code: str, said: str) -> Answer:
    """Give an error as those services of AWS answer that speak JSON."""
    return Answer(status, json.dumps({"__type": code, "message": said}).encode())
