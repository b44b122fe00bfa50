"""The programs beside the sandbox: of `local` on a developer's machine, of `prod` with nothing but their roles."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen
from botocore.exceptions import ClientError

from tasktool_infra import sandbox
from tasktool_infra.sandbox import Sandbox
from tests.programs import PAGE, PART, Programs
from tests.sessions import assume, token
from tests.system.conftest import Inside
from tests.system.world import Shell, shell_in

TASKS, LONG = PAGE + 2, PART + 1
ROLES = {"task-service": "TaskService", "task-reporter": "TaskReporter"}


@frozen
class Developer:
    """A sandbox of somebody's own, and the commands that lead there."""

    run: Inside
    sandbox: Sandbox

    def variables(self, *arguments: str) -> dict[str, str]:
        """Give what a shell gets from `sandbox env`."""
        lines = self.run("sandbox", "env", *arguments).out.splitlines()
        exports = (line.removeprefix("export ") for line in lines if line.startswith("export "))
        return {name: value.strip("'") for name, _, value in (each.partition("=") for each in exports)}

    def as_pod(self, program: str) -> Programs:
        """Give a program of `prod` with the credentials of its role, as its ServiceAccount gets them."""
        role = f"arn:aws:iam::{self.sandbox.account}:role/app/{ROLES[program]}"
        taken = assume(self.sandbox, role, token(self.sandbox, "prod", program)).keys
        return Programs(self.variables("prod") | {name.upper(): value for name, value in taken.items()})


@pytest.fixture
def developer(tmp_path: Path, commands: Callable[[Shell], Inside]) -> Iterator[Developer]:
    """Give an empty sandbox; profile and region of the shell do not count."""
    shell = shell_in(tmp_path, TASKTOOL_SANDBOX_HOME=str(tmp_path / "sandbox"), AWS_REGION="eu-west-1")
    run = commands(shell)
    yield Developer(run, sandbox.start())
    sandbox.stop()


def test_both_environments_serve_their_programs(developer: Developer) -> None:
    made = developer.run("provision", "local", "--sandbox")
    assert made.summary == "Plan: 9 to add, 0 to change, 0 to destroy"
    developer.run("provision", "prod", "--sandbox", "--only", "aws", "access")
    assert developer.run("provision", "local", "--sandbox").summary.startswith("No changes.")
    # On a laptop nobody pushes images or keeps DNS records.
    looked = developer.run("doctor", "local", "--sandbox").out
    assert looked.endswith(" pass, 0 warn, 0 fail\n")
    assert not {"image", "external-dns"} & {line[6:].partition(" ")[0] for line in looked.splitlines()}

    told = developer.variables()
    assert told == developer.variables("local")
    assert (told["TASK_TABLE_NAME"], told["AWS_ENDPOINT"]) == ("tasks", developer.sandbox.aws_endpoint)
    assert "TZ" not in told
    here = Programs(told)
    assert len(here.work("hanako", TASKS)) == TASKS
    assert len(here.report(padding=LONG)[1]) == TASKS

    service, reporter = developer.as_pod("task-service"), developer.as_pod("task-reporter")
    assert service.environ["TASK_TABLE_NAME"] == "task-tool-prod-tasks"
    assert len(service.work("taro", TASKS)) == TASKS
    name, rows = reporter.report(padding=LONG)
    assert len(rows) == TASKS
    bucket = {"Bucket": "task-tool-prod-completed-task-report-bucket"}
    assert reporter.client("s3").list_objects_v2(**bucket)["Contents"][0]["Key"] == name

    with pytest.raises(ClientError, match="AccessDenied"):
        service.report()
    with pytest.raises(ClientError, match="AccessDenied"):
        reporter.work("taro", 1)
    gone = developer.run("teardown", "local", "--sandbox", "--yes", "--delete-data")
    assert gone.summary == "Plan: 0 to add, 0 to change, 9 to destroy"


def test_an_environment_that_is_not_there_is_said(developer: Developer) -> None:
    developer.run("sandbox", "env", "nowhere", expect=64)
    developer.run("sandbox", "stop", "prod", expect=64)
