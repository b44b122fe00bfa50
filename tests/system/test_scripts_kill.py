"""Runs that are killed or interrupted at some call: the next one finishes, and the end is as if nothing had been."""

import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import define, field

from tests.faults.mishaps import Dropped
from tests.faults.proxy import Passed
from tests.system.world import BUCKET, TABLE, World, ended

DELAY = 0.05


@define
class At:
    """Does something just before write number ``number`` goes on, and lets it go on, or never arrive."""

    number: int
    strike: Callable[[], None]
    arrives: bool = True
    seen: int = 0
    done: threading.Event = field(factory=threading.Event)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __call__(self, call: Passed) -> Dropped | None:
        with self._lock:
            self.seen += call.writes
            if not (call.writes and self.seen == self.number):
                return None
            self.strike()
            self.done.set()
            return None if self.arrives else Dropped()


@contextmanager
def struck(
    cloud: World, number: int, kill: signal.Signals, *command: str, arrives: bool = True
) -> "Iterator[subprocess.Popen[str]]":
    """Start a script that gets a signal at a write."""
    cloud.proxy.delay = DELAY
    running: list[subprocess.Popen[str]] = []
    at = At(number, lambda: running[0].send_signal(kill), arrives)
    cloud.proxy.before = at
    with cloud.shell.start(*command) as process:
        running.append(process)
        yield process
        assert at.done.is_set(), "it ended before its signal"
    cloud.proxy.before = lambda _: None
    cloud.proxy.delay = 0.0


def state(cloud: World) -> dict[str, Any]:
    """Give what stands, without what differs between any two runs."""
    iam, s3 = cloud.aws("iam"), cloud.aws("s3")
    table = cloud.aws("dynamodb").describe_table(TableName=TABLE)["Table"]
    roles = ("TaskService", "TaskReporter")
    return {
        "table": (sorted(i["IndexName"] for i in table["GlobalSecondaryIndexes"]), table["DeletionProtectionEnabled"]),
        "bucket": (s3.get_bucket_versioning(Bucket=BUCKET)["Status"], s3.get_bucket_policy(Bucket=BUCKET)["Policy"]),
        "rules": s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"],
        "tags": sorted(tag["Value"] for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]),
        "roles": {
            name: sorted(p["PolicyName"] for p in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"])
            for name in roles
        },
        "versions": [
            len(iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"])
            for policy in iam.list_policies(Scope="Local")["Policies"]
        ],
        "repositories": sorted(r["repositoryName"] for r in cloud.aws("ecr").describe_repositories()["repositories"]),
    }


UNDISTURBED = {
    "table": (["status_index", "user_index"], True),
    "roles": {
        "TaskService": ["DynamoDBTaskTablePolicy"],
        "TaskReporter": ["DynamoDBTaskTableReadPolicy", "S3TaskReportsPolicy"],
    },
    "versions": [1, 1, 1],
    "repositories": ["mamezou-tech/task-reporter", "mamezou-tech/task-service", "mamezou-tech/task-web"],
    "tags": ["prod", "task-tool", "tasktool-infra"],
}


def is_whole(cloud: World) -> None:
    found = state(cloud)
    assert {key: found[key] for key in UNDISTURBED} == UNDISTURBED
    assert found["bucket"][0] == "Enabled"
    assert len(found["rules"]) == 2


@pytest.mark.parametrize(("number", "arrives"), [(6, True), (20, False)], ids=["after the effect", "before it"])
def test_a_killed_provision_is_finished_by_the_next(cloud: World, inside: Any, number: int, *, arrives: bool) -> None:
    with struck(cloud, number, signal.SIGKILL, "provision", "prod", arrives=arrives) as process:
        ended(process, expect=-signal.SIGKILL)
    inside("provision", "prod")
    is_whole(cloud)
    with cloud.untouched():
        assert inside("plan", "prod").summary.startswith("No changes.")


@pytest.mark.parametrize(("number", "arrives"), [(1, True), (8, False)], ids=["after the effect", "before it"])
def test_a_killed_teardown_is_finished_by_the_next(made: World, inside: Any, number: int, *, arrives: bool) -> None:
    command = ("teardown", "prod", "--yes", "--delete-data")
    with struck(made, number, signal.SIGKILL, *command, arrives=arrives) as process:
        ended(process, expect=-signal.SIGKILL)
    inside(*command)
    with made.untouched():
        assert inside(*command).summary.startswith("No changes.")
    assert made.aws("iam").list_policies(Scope="Local")["Policies"] == []


@pytest.mark.parametrize(("kill", "number"), [(signal.SIGINT, 3), (signal.SIGTERM, 12)], ids=["ctrl-c", "sigterm"])
def test_an_interrupted_provision_says_what_stands(
    cloud: World, inside: Any, kill: signal.Signals, number: int
) -> None:
    with struck(cloud, number, kill, "provision", "prod") as process:
        said = ended(process, expect=130)
    assert re.search(r"\nDone: \d+ added, .* (stopped half-way|not started)", said.out)
    assert "failed" not in said.out
    assert "Interrupted" in said.err
    assert "Run again to continue" in said.err
    inside("provision", "prod")
    is_whole(cloud)


def test_an_interrupted_teardown_is_finished_by_the_next(made: World, inside: Any) -> None:
    with struck(made, 3, signal.SIGINT, "teardown", "prod", "--yes") as process:
        ended(process, expect=130)
    inside("teardown", "prod", "--yes")
    assert inside("plan", "prod").summary.startswith("Plan: 11 to add")


def test_an_interrupt_while_reading_writes_nothing(cloud: World) -> None:
    running: list[subprocess.Popen[str]] = []

    def strike(call: Passed) -> None:
        if "describe" in call.operation.lower():
            running[0].send_signal(signal.SIGINT)
            cloud.proxy.before = lambda _: None

    cloud.proxy.before, cloud.proxy.delay = strike, DELAY
    with cloud.untouched(), cloud.shell.start("provision", "prod") as process:
        running.append(process)
        said = ended(process, expect=130)
    assert "nothing was written" in said.err


def test_a_second_interrupt_leaves_at_once(cloud: World) -> None:
    release = threading.Event()
    running: list[subprocess.Popen[str]] = []
    struck_twice = threading.Event()

    def hang(call: Passed) -> None:
        if call.writes:
            if not struck_twice.is_set():
                struck_twice.set()
                running[0].send_signal(signal.SIGINT)
                threading.Timer(0.3, lambda: running[0].send_signal(signal.SIGINT)).start()
            release.wait(30)

    cloud.proxy.before = hang
    with cloud.shell.start("provision", "prod") as process:
        running.append(process)
        ended(process, expect=130, timeout=15)
    release.set()
    assert struck_twice.is_set()
