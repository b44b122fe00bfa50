"""The environment `prod` in a sandbox of this process, AWS and access only: what tests of its roles stand on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import tasktool_infra
from tasktool_infra.sandbox import Sandbox
from tasktool_infra.sandbox.embedded import embedded
from tasktool_infra.sandbox.environment import variables

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
TABLE, BUCKET = "task-tool-prod-tasks", "task-tool-prod-completed-task-report-bucket"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
ROLES = {"task-service": "TaskService", "task-reporter": "TaskReporter"}


@contextmanager
def prod_in_a_sandbox() -> Iterator[Sandbox]:
    """Make `prod` for as long as the block lasts, and let this process's variables lead there."""
    with embedded() as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in variables(sandbox, {}).items():
            patch.setenv(name, value)
        tasktool_infra.provision("prod", only=("aws", "access"), account=sandbox.account)
        yield sandbox


def role_arn(account: str) -> str:
    """Give the role of a program, by its ServiceAccount."""
    return f"arn:aws:iam::{ACCOUNT}:role/app/{ROLES[account]}"
