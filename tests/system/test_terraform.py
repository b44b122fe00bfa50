"""Beside Terraform: what it made of the tutorial is adopted as it stands, and what we made is right in its eyes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasktool_infra.engine.calls import writes_of
from tasktool_infra.engine.plan import Change, Plan
from tasktool_infra.proving import Verification
from tasktool_infra.sdk import plan, verify
from tests.system.terraform.emulator import ACCOUNT, CLUSTER, REGION, Emulator, emulator
from tests.system.terraform.programs import Folder, different, prepared

ROOT = Path(__file__).parents[2]

NAMES = ("task-service", "task-web", "task-reporter")
REPOSITORIES = {f"ecr_repository.mamezou-tech/{name}" for name in NAMES}
TABLE, BUCKET = "dynamodb_table.task-tool-prod-tasks", "s3_bucket.task-tool-prod-completed-task-report-bucket"
POLICIES = {"iam_policy.DynamoDBTaskTablePolicy", "iam_policy.S3TaskReportsPolicy"}
SERVICE, REPORTER = "iam_role.TaskService", "iam_role.TaskReporter"
READ_POLICY, TABLE_POLICY = (
    f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("DynamoDBTaskTableReadPolicy", "DynamoDBTaskTablePolicy")
)
TAGGED = REPOSITORIES | {TABLE, BUCKET}
"""What has a tag of its own in Terraform's definitions."""

HARDENING: dict[str, set[str]] = {
    **{repository: {"scan_on_push", "immutable_tags", "untagged_days"} for repository in REPOSITORIES},
    TABLE: {"point_in_time_recovery", "deletion_protection"},
    BUCKET: {"object_ownership", "public_access_blocked", "encryption", "versioning", "tls_only", "lifecycle"},
    **{policy: set() for policy in POLICIES},
    SERVICE: {"trust"},
    REPORTER: {"trust", "policies"},
}
"""Everything that Terraform makes, and in which fields we want more than the tutorial does, besides the marks."""

IN_TERRAFORMS_EYES: dict[str, set[str]] = {
    **{f'aws_ecr_repository.app["{n}"]': {"image_tag_mutability", "image_scanning_configuration"} for n in NAMES},
    "aws_dynamodb_table.tasks": {"deletion_protection_enabled"},
    "aws_s3_bucket.reports": set(),
    "aws_iam_policy.table": set(),
    "aws_iam_policy.reports": set(),
    "aws_iam_role.service": {"assume_role_policy"},
    "aws_iam_role.reporter": {"assume_role_policy"},
}
"""The same as Terraform names it. What its definitions don't name, such as backups and versioning, it lets be."""


@pytest.fixture(scope="module")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Prepare a folder once: that costs seconds."""
    return prepared(tmp_path_factory.mktemp("terraform"))


@pytest.fixture
def moto(prepared_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Run an emulator to which every run is led, with nothing else of the shell's."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "TASKTOOL_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with emulator() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield running


@pytest.fixture
def tutorial(prepared_folder: Folder, moto: Emulator, tmp_path: Path) -> Folder:
    """Give the tutorial's definitions with their inputs for this emulator, in which a cluster stands."""
    inputs = {"env": "prod", "oidc_provider_url": moto.plant_cluster(), "eks_cluster_name": CLUSTER}
    return prepared_folder.another(tmp_path / "tutorial", **inputs, endpoint=moto.endpoint)


def script(name: str, *options: str, expects: int = 0) -> str:
    """Run a script as a process and give what it printed, on either side."""
    command = [sys.executable, str(ROOT / "scripts" / f"{name}.py"), "prod", "--only", "aws", *options]
    nobody: Any = {"stdin": subprocess.DEVNULL, "capture_output": True}
    # COLUMNS would fold lines: the caller may have set it, and readline puts it where Python does not see it.
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, **nobody, text=True, timeout=60, check=False, cwd=ROOT, env=environ)
    assert done.returncode == expects, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


def test_what_terraform_made_is_adopted(tutorial: Folder, moto: Emulator) -> None:
    tutorial.run("apply", "-auto-approve", "-input=false", "-no-color")
    made = moto.writes()
    check_refusal(script("plan", expects=78))
    check_refusal(script("provision", "--yes", expects=78))
    check_question(script("provision", "--adopt", expects=78))
    check_adoption(plan("prod", only="aws", adopt=True))
    assert "Plan: 1 to add, 9 to change, 0 to destroy\n" in script("plan", "--adopt")
    assert moto.writes() == made

    check_claims(verify("prod", only="aws"))
    assert moto.writes() == made
    assert "Done: 1 added, 9 changed, 0 destroyed" in script("provision", "--adopt", "--yes")
    check_tags(moto)
    assert verify("prod", only="aws").ok
    adopted = moto.writes()
    assert len(adopted) > len(made), "the record must show writes, or their absence would prove nothing"
    assert "No changes." in script("plan", "--detailed-exitcode")
    assert "No changes." in script("provision")
    assert moto.writes() == adopted


def check_refusal(printed: str) -> None:
    """See that the plan marks all that stands, each once, and that one message says how many and the way out."""
    drawn, _, message = printed.partition("Nothing was written.")
    assert {key for key in HARDENING if drawn.count(f"! {key}\n") == 1} == HARDENING.keys()
    named = sum(message.count(key) for key in HARDENING)
    assert f" and {len(HARDENING) - named} more: " in message
    assert message.count("--adopt") == 1


def check_question(printed: str) -> None:
    """See that the yes is asked for each adoption, and for what the reporter loses."""
    asked = printed.partition("nothing was written:")[2]
    lines = {line.removeprefix("  - ") for line in asked.splitlines() if line.startswith("  - ")}
    assert lines == {*(f"adopt {key}" for key in HARDENING), f"{REPORTER}: remove policy {TABLE_POLICY}"}


def check_claims(verification: Verification) -> None:
    """See that marks, the reporter's policies and hardening are all that verification has against it."""
    soft = [claim for claim in verification.broken if not claim.hardening and not claim.name.startswith("tags-")]
    assert {(str(claim.key), claim.name) for claim in soft} == {
        (REPORTER, "policies-DynamoDBTaskTableReadPolicy"),
        (REPORTER, "policies-no_others"),
        ("iam_policy.DynamoDBTaskTableReadPolicy", "exists"),
    }
    hardened = {key: {name.partition("-")[0] for name in names} for key, names in _hardened(verification).items()}
    assert hardened == {key: names - {"policies"} for key, names in HARDENING.items() if names - {"policies"}}
    assert all("--adopt" in claim.fix for claim in verification.broken if claim.name != "exists")


def _hardened(verification: Verification) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for claim in verification.broken:
        if claim.hardening:
            found.setdefault(str(claim.key), set()).add(claim.name)
    return found


def check_adoption(drawn: Plan) -> None:
    """See that nothing but hardening and marks is in the plan, and of the two documents nothing at all."""
    changes = {str(change.key): change for change in drawn.changes if change.action.value != "none"}
    created = changes.pop("iam_policy.DynamoDBTaskTableReadPolicy")
    assert (created.action.value, created.adopts) == ("create", False)
    assert {(change.action.value, change.adopts) for change in changes.values()} == {("update", True)}
    assert {key: fields(change) for key, change in changes.items()} == {
        key: {"tags"} | hardened for key, hardened in HARDENING.items()
    }
    assert {key for key, change in changes.items() if change.kept == ("tag Name",)} == TAGGED
    exchanged = [(field.old, field.new) for field in changes[REPORTER].fields if field.path.startswith("policies")]
    assert exchanged == [(TABLE_POLICY, None), (None, READ_POLICY)]
    assert [what for change in changes.values() for what in change.removes] == [f"policy {TABLE_POLICY}"]
    operations = {step.operation for change in changes.values() for step in writes_of(change.steps)}
    assert {each for each in operations if each.startswith(("delete", "detach", "untag"))} == {"detach_role_policy"}


def fields(change: Change) -> set[str]:
    """Give the names of the fields that change, without saying which part of them."""
    return {field.path.partition("[")[0].partition(".")[0] for field in change.fields}


def check_tags(moto: Emulator) -> None:
    """See that Terraform's tags stand beside our marks, as AWS itself tells it."""
    ecr, dynamodb, s3 = (moto.client(service) for service in ("ecr", "dynamodb", "s3"))
    arns = [each["repositoryArn"] for each in ecr.describe_repositories()["repositories"]]
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE.partition('.')[2]}"
    found = [
        *(ecr.list_tags_for_resource(resourceArn=arn)["tags"] for arn in arns),
        dynamodb.list_tags_of_resource(ResourceArn=table)["Tags"],
        s3.get_bucket_tagging(Bucket=BUCKET.partition(".")[2])["TagSet"],
    ]
    tags = [{tag["Key"]: tag["Value"] for tag in each} for each in found]
    assert {each["Name"] for each in tags} == {*NAMES, "task-tool-prod-tasks", "reports of mz-k8s"}
    assert {each["ManagedBy"] for each in tags} == {"tasktool-infra"}


def test_terraform_finds_right_what_we_made(tutorial: Folder, moto: Emulator, tmp_path: Path) -> None:
    assert "Done: 10 added, 0 changed, 0 destroyed" in script("provision")
    made = moto.writes()
    changes = tutorial.another(tmp_path / "imported", "imports.tf", **tutorial.variables).planned()
    assert moto.writes() == made

    created = changes.pop("aws_iam_role_policy_attachment.reporter_table")
    assert created["actions"] == ["create"]
    assert (created["after"]["role"], created["after"]["policy_arn"]) == ("TaskReporter", TABLE_POLICY)
    for kept in ("service_table", "reporter_reports"):
        assert changes.pop(f"aws_iam_role_policy_attachment.{kept}")["actions"] == ["no-op"]
    assert all(change["actions"] == ["update"] and change["importing"] for change in changes.values())
    assert {address: different(change) for address, change in changes.items()} == {
        address: {"tags", "tags_all"} | hardened for address, hardened in IN_TERRAFORMS_EYES.items()
    }
    for role in ("service", "reporter"):
        check_trust(changes[f"aws_iam_role.{role}"])


def check_trust(change: Any) -> None:
    """See that our trust asks for the audience besides, and is the tutorial's in all else."""
    ours, theirs = (json.loads(change[when]["assume_role_policy"]) for when in ("before", "after"))
    claims = ours["Statement"][0]["Condition"]["StringEquals"]
    assert [claims.pop(name) for name in list(claims) if name.endswith(":aud")] == ["sts.amazonaws.com"]
    assert ours == theirs
