"""The workflow that docs/ offers for copying: well-formed for GitHub, and careful with what it may do."""

import os
import re
import subprocess
from typing import Any

import pytest

from tasktool_infra.sandbox.played_images import played_images
from tests.controlplane.build import Unavailable, program
from tests.system.workflow import WORKFLOW, Runner, workflow
from tests.system.world import BUCKET, Shell, World

CONTEXTS = {"github.token": "ghs_planted", "github.event.pull_request.number": "7"}
SETTINGS = '[prod]\neks_cluster_name = "mz-k8s"\ndomain = "task.example.com"\nemail = "you@example.com"\n'


def jobs() -> Any:
    return workflow()["jobs"]


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


def test_of_a_plan_that_no_comment_takes_the_end_is_shown(shell: Shell) -> None:
    (step,) = (step for step in jobs()["plan"]["steps"] if step.get("if") == "always()")
    shell.config(SETTINGS)
    lines = [f"  + config_map.prod/設定-{number}\n" for number in range(9_000)]
    (shell.folder / "plan.txt").write_text("".join([*lines, "Plan: 9000 to add\n"]), encoding="utf-8")
    (shell.folder / "gh").write_text("#!/bin/sh\n")
    (shell.folder / "gh").chmod(0o755)
    environ = {"PATH": f"{shell.folder}:{shell.environ['PATH']}", "NUMBER": "7"}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=shell.folder, env=environ, check=True)
    comment = (shell.folder / "comment.md").read_text(encoding="utf-8")
    assert len(comment) < 65_536
    assert comment.startswith(f"````text\n{lines[0]}{lines[1]}")
    assert comment.endswith(f"{lines[-1]}Plan: 9000 to add\n````\n")


def test_its_commands_plan_carry_out_what_was_planned_and_report_drift(cloud: World) -> None:
    cloud.shell.config(SETTINGS)
    runner = Runner(cloud.shell, CONTEXTS)
    with played_images():
        with cloud.untouched():
            planned, commented = runner.run("plan")
            (saved,) = runner.run("saved-plan")
        (provisioned,) = runner.run("provision")
        cloud.aws("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
        with cloud.untouched():
            (drifted,) = runner.run("drift")
    assert [done.code for done in (planned, commented, saved, provisioned, drifted)] == [0, 0, 0, 0, 2], drifted.said
    place = cloud.shell.folder
    assert (place / "plan" / "gh.called").read_text().startswith("pr comment 7 ")
    comment = (place / "plan" / "gh.comment").read_text(encoding="utf-8")
    assert comment == f"````text\n{planned.out}````\n"
    assert planned.summary in comment
    assert planned.summary == saved.summary
    assert drifted.planned == [f"~ s3_bucket.{BUCKET}"]
    summary = (place / "provision" / "github_step_summary").read_text(encoding="utf-8")
    assert "### Provision of prod" in summary
    assert saved.summary in summary
