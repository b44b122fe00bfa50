"""A runner for the workflow of docs/ci/: takes a job's steps from the YAML and runs them as GitHub does.

What only GitHub has is played: checkouts are folders that look like one, artifacts go through a folder, `gh` keeps what
it is given, and the role is already taken by the shell's variables.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen

from tests.system.world import ROOT, Done, Shell

WORKFLOW = ROOT / "docs" / "ci" / "tasktool.yml"
SHELLS = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]}
"""Source: GitHub Actions, "Workflow syntax", ``jobs.<job_id>.steps[*].shell``."""
EXPRESSION = re.compile(r"\$\{\{\s*(\S+)\s*\}\}")
GH = '#!/bin/sh\necho "$@" >gh.called\ncp comment.md gh.comment\n'
SET_UP = "pip install"


def workflow() -> Any:
    """Give the workflow as GitHub reads it."""
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))


@frozen
class Runner:
    """Runs jobs, each in a checkout of its own below the shell's folder, with that shell's account."""

    shell: Shell
    contexts: dict[str, str]

    def run(self, job: str) -> list[Done]:
        """Run a job's steps in order, as far as they go, and give what its commands said."""
        place = self.shell.folder / job
        self._check_out(place)
        done: list[Done] = []
        for step in workflow()["jobs"][job]["steps"]:
            if done and done[-1].code and step.get("if") != "always()":
                break
            self._pass_on(step, place)
            if "run" in step and not step["run"].startswith(SET_UP):
                done.append(self._command(step, place))
        return done

    def _check_out(self, place: Path) -> None:
        place.mkdir()
        for name in ("scripts", "tasktool_infra", "kustomize"):
            (place / name).symlink_to(ROOT / name)
        shutil.copy(self.shell.folder / "environments.toml", place)
        (place / "gh").write_text(GH)
        (place / "gh").chmod(0o755)

    def _pass_on(self, step: Any, place: Path) -> None:
        """Carry an artifact from one job to another."""
        action, given = step.get("uses", "").partition("@")[0], step.get("with", {})
        kept = self.shell.folder / f"artifact-{given.get('name')}"
        if action == "actions/upload-artifact":
            kept.mkdir()
            shutil.copy(place / given["path"], kept)
        if action == "actions/download-artifact":
            shutil.copytree(kept, place, dirs_exist_ok=True)

    def _command(self, step: Any, place: Path) -> Done:
        given = workflow()["env"] | step.get("env", {})
        files = {name: str(place / name.lower()) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        path = f"{place}:{Path(sys.executable).parent}:{self.shell.environ['PATH']}"
        own = {name: EXPRESSION.sub(self._value, value) for name, value in given.items()}
        environ = {**self.shell.environ, "CI": "true", "GITHUB_ACTIONS": "true", **files, **own, "PATH": path}
        script = [*SHELLS[step.get("shell")], "-c", EXPRESSION.sub(self._value, step["run"])]
        ran = subprocess.run(
            script, cwd=place, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in ran.stdout + ran.stderr, ran.stdout + ran.stderr
        return Done(ran.returncode, ran.stdout, ran.stderr)

    def _value(self, expression: re.Match[str]) -> str:
        return self.contexts[expression[1]]
