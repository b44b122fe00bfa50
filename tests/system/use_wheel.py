"""Builds the wheel and uses it in an empty environment: what a user installs must do without the checkout."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sysconfig.get_path("scripts")) / "uv"


def run(*command: str | Path, cwd: Path, expect: str = "") -> None:
    """Run a command in a shell's environment without Python's variables, and look for a text in what it prints."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "AWS_"))
    }
    clean["TASKTOOL_SANDBOX_HOME"] = str(cwd / "home")
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    if done.returncode != 0 or expect not in said:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}, expected {expect!r} in:\n{said}")
    print("ok:", Path(command[0]).name, *command[1:3])


CHECK = """\
def test_the_table_of_this_environment_is_there(tasktool_environment, tasktool_resources, tasktool_aws):
    table = tasktool_resources["dynamodb_table.task-tool-prod-tasks"]
    found = tasktool_aws("dynamodb").describe_table(TableName=table.name)["Table"]
    assert (tasktool_environment.name, found["TableStatus"]) == ("prod", "ACTIVE")
"""
"""A check as users write it, in a repository of theirs."""


def verify(pytest: Path, home: Path) -> None:
    """Run the claims and a check of one's own by the installed plugin; without its options it is in nobody's way."""
    theirs = home / "theirs"
    theirs.mkdir(exist_ok=True)
    (theirs / "test_ours.py").write_text(CHECK, encoding="utf-8")
    options = ("--tasktool-env", "prod", "--tasktool-sandbox")
    run(pytest, *options, "--pyargs", "tasktool_infra.verification", cwd=home, expect=" passed")
    run(pytest, "theirs", *options, cwd=home, expect="1 passed")
    (theirs / "test_ours.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
    run(pytest, "theirs", cwd=home, expect="1 passed")


def main(folder: Path) -> None:
    """Build, install and use, all in a folder."""
    home = folder / "wheel"
    home.mkdir(parents=True, exist_ok=True)
    run(UV, "build", "--wheel", "--no-build-isolation", "--out-dir", home, ROOT, cwd=home)
    wheel = max(home.glob("*.whl"), key=lambda path: path.stat().st_mtime)
    empty = home / "empty"
    python = empty / "bin" / "python"
    run(UV, "venv", "--clear", "--python", sys.executable, empty, cwd=home)
    locked = ROOT / "requirements" / "run.txt"
    run(UV, "pip", "install", "--python", python, "--require-hashes", "-r", locked, cwd=home)
    run(UV, "pip", "install", "--python", python, "--no-deps", wheel, cwd=home)
    tasktool = empty / "bin" / "tasktool"
    run(tasktool, "--version", cwd=home, expect="tasktool ")
    try:
        run(tasktool, "provision", "prod", "--sandbox", cwd=home, expect="Plan: ")
        run(tasktool, "provision", "prod", "--sandbox", cwd=home, expect="No changes.")
        verify(empty / "bin" / "pytest", home)
        run(tasktool, "teardown", "prod", "--sandbox", "--yes", "--delete-data", cwd=home, expect="Done: ")
    finally:
        run(tasktool, "sandbox", "stop", cwd=home)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
