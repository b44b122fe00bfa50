"""The pages of docs/ as their readers follow them: each shell block in turn, in one shell that stops at an error."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ *```(sh|toml)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
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


def shell(folder: Path, script: str) -> str:
    """Run a script as a reader would type it; fails with all output when a command fails."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {
        **kept,
        "PATH": path,
        "TASKTOOL_SANDBOX_HOME": str(folder / "sandbox"),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


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
    pages = ("tutorial/real-account", "howto/saved-plans", "tutorial/second-environment")
    commands = [code for page in pages for code in blocks(page, "sh")]
    said = shell(checkout, "\n".join([LIKE_A_REAL_ACCOUNT, *commands]))
    assert "staging-task-service" in said
    assert "No changes." in shell(checkout, f"{LIKE_A_REAL_ACCOUNT}\npython scripts/plan.py prod --only ecr_repository")


def test_the_how_to_pages_that_follow_the_sandbox(checkout: Path) -> None:
    pages = ("howto/verify", "howto/begin", "howto/development", "howto/graph")
    commands = [code for page in pages for code in blocks(page, "sh")]
    said = shell(checkout, "\n".join(["python scripts/provision.py prod --sandbox --quiet", *commands]))
    assert " 0 broken" in said
    assert " passed" in said
    assert "deployment.apps/local-task-service" in said
    assert "flowchart LR" in said
    assert "[dev]" in (checkout / "environments.toml").read_text(encoding="utf-8")
