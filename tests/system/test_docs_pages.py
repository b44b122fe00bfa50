"""The pages of docs/ as their readers follow them: each shell block in turn, in one shell that stops at an error."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Inside
from tests.system.terminal import PROMPT, at_terminal

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ *```(sh|toml|text)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
SET_UP = "python3 -m venv"
"""How the block begins that sets a checkout up: the tests have done that."""
LIKE_A_REAL_ACCOUNT = 'eval "$(python scripts/sandbox.py env)"'


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that looks like a checkout, with a sandbox of its own that ends with the test."""
    for name in ("scripts", "tasktool_infra", "kustomize", "conftest.py"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "environments.toml", tmp_path)
    yield tmp_path
    shell(tmp_path, "python scripts/sandbox.py stop")


def process(folder: Path, script: str, **streams: Any) -> "subprocess.Popen[str]":
    """Start a script as a reader would type it."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**kept, "PATH": path, "TASKTOOL_SANDBOX_HOME": str(folder / "sandbox")}
    return subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, text=True, **streams
    )


def shell(folder: Path, script: str) -> str:
    """Run a script where there is no terminal; fails with all output when a command fails."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with process(folder, script, **pipes) as running:
        said, _ = running.communicate(timeout=240)
    assert running.returncode == 0, f"{script}\n{said}"
    return said


def answered(folder: Path, script: str, times: int) -> str:
    """Run a script at a terminal, before which somebody says yes so many times."""
    seen = at_terminal(partial(process, folder, script))
    said = ""
    for _ in range(times):
        seen.until(PROMPT)
        said, seen.said = said + seen.said, ""
        seen.type("yes\n")
    return said + seen.end(0)


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return [re.sub(r"^ {3}", "", code, flags=re.MULTILINE) for kind, code in BLOCK.findall(text) if kind == language]


def test_the_tutorial_of_the_sandbox(checkout: Path) -> None:
    said = shell(checkout, "\n".join(code for code in blocks("tutorial/sandbox", "sh") if SET_UP not in code))
    assert said.count("No changes.") == 1
    assert "versioning" in said
    assert "The sandbox is stopped" in said


def test_the_pages_for_a_real_account_with_the_sandbox_in_its_place(checkout: Path) -> None:
    (checkout / "environments.toml").unlink()
    settings = [*blocks("tutorial/real-account", "toml"), *blocks("tutorial/second-environment", "toml")]
    (checkout / "environments.toml").write_text("\n".join(settings), encoding="utf-8")
    pages = ("tutorial/real-account", "howto/saved-plans", "howto/permissions", "howto/images")
    commands = [code for page in (*pages, "tutorial/second-environment") for code in blocks(page, "sh")]
    said = shell(checkout, "\n".join([LIKE_A_REAL_ACCOUNT, *commands]))
    assert "staging-task-service" in said
    assert "actions in AWS and" in said
    assert '"kind": "ClusterRole"' in said
    assert said.count("task-service:1.0.0 → ") == 1
    assert "No changes." in shell(checkout, f"{LIKE_A_REAL_ACCOUNT}\npython scripts/plan.py prod --only ecr_repository")
    shell(checkout, f"{LIKE_A_REAL_ACCOUNT}\npython scripts/provision.py staging --only aws access --quiet")
    gone = answered(checkout, "\n".join([LIKE_A_REAL_ACCOUNT, *blocks("howto/remove", "sh")]), times=2)
    assert "dynamodb_table.task-tool-staging-tasks: kept: " in gone
    assert "Done: 0 added, 0 changed, 2 destroyed" in gone


def test_the_how_to_pages_that_follow_the_sandbox(checkout: Path) -> None:
    pages = ("howto/verify", "howto/begin", "howto/development", "howto/graph")
    commands = [code for page in pages for code in blocks(page, "sh")]
    said = shell(checkout, "\n".join(["python scripts/provision.py prod --sandbox --quiet", *commands]))
    assert " 0 broken" in said
    assert " passed" in said
    assert "deployment.apps/local-task-service" in said
    assert "flowchart LR" in said
    assert "[dev]" in (checkout / "environments.toml").read_text(encoding="utf-8")


UNMARKED = """python - <<END
import boto3
names = {"task_id": "S", "status": "S", "updated_at": "N", "user_name": "S", "start_at": "N"}
keys = lambda *names: [{"AttributeName": n, "KeyType": t} for n, t in zip(names, ("HASH", "RANGE"))]
index = lambda name, *names: {"IndexName": name, "KeySchema": keys(*names), "Projection": {"ProjectionType": "ALL"}}
boto3.client("dynamodb").create_table(
    TableName="task-tool-prod-tasks",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in names.items()],
    KeySchema=keys("task_id"),
    GlobalSecondaryIndexes=[
        index("status_index", "status", "updated_at"),
        index("user_index", "user_name", "start_at"),
    ],
)
END"""
"""What Terraform has left standing, as far as this page is about it."""


def test_the_how_to_pages_for_what_stands_already(checkout: Path) -> None:
    said = shell(checkout, "\n".join([LIKE_A_REAL_ACCOUNT, UNMARKED, *blocks("howto/terraform", "sh")]))
    assert said.count("~ dynamodb_table.task-tool-prod-tasks (adopt)") == 2
    by_eks, by_context = blocks("howto/tunnel", "toml")
    here = 'region = "ap-northeast-1"\naccount = "123456789012"\n'
    (checkout / "environments.toml").write_text(f"{by_eks}{here}{by_context}{here}", encoding="utf-8")
    rename = "kubectl config rename-context mz-k8s mz-k8s-tunnel"
    look = "kubectl config rename-context mz-k8s-tunnel my-cluster\npython scripts/plan.py elsewhere --only access"
    said = shell(checkout, "\n".join([LIKE_A_REAL_ACCOUNT, rename, *blocks("howto/tunnel", "sh"), look]))
    assert "pass  cluster API" in said
    assert ", 0 fail" in said
    assert "+ service_account.elsewhere/task-service" in said


def test_the_commands_that_push_an_image_are_those_that_a_run_prints(inside: Inside) -> None:
    said = inside("plan", "prod", "--only", "app", expect=75).out
    (text,) = blocks("howto/images", "text")
    for each in text.splitlines():
        assert re.search(re.escape(each).replace("…", r"\S+"), said), each
