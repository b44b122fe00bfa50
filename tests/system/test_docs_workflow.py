"""The workflow that docs/ offers for copying: well-formed for GitHub, and careful with what it may do."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.controlplane.build import Unavailable, program

WORKFLOW = Path(__file__).resolve().parents[2] / "docs" / "ci" / "tasktool.yml"


def jobs() -> Any:
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


def test_actionlint_has_nothing_to_say() -> None:
    try:
        actionlint = program("actionlint")
    except Unavailable as unavailable:
        if os.environ.get("CI") == "true":
            pytest.fail(str(unavailable), pytrace=False)
        pytest.skip(str(unavailable))
    done = subprocess.run([actionlint, "-no-color", WORKFLOW], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


def test_only_the_job_that_was_approved_writes_and_one_at_a_time() -> None:
    writing = {
        name for name, job in jobs().items() if any("provision.py" in step.get("run", "") for step in job["steps"])
    }
    assert writing == {"provision"}
    assert jobs()["provision"]["environment"] == "prod"
    assert jobs()["provision"]["concurrency"]["group"] == "tasktool-prod"
    assert not jobs()["provision"]["concurrency"].get("cancel-in-progress")


def test_nothing_from_a_pull_request_gets_into_a_shell() -> None:
    scripts = [step.get("run", "") for job in jobs().values() for step in job["steps"]]
    assert not any(re.search(r"\$\{\{\s*github\.event", script) for script in scripts)
