"""What somebody changed by hand: seen, repaired, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from tests.system.world import ACCESS, BUCKET, TABLE, World

ACCOUNT = "123456789012"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/DynamoDBTaskTablePolicy"
ANYBODY = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
NOTHING = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def index(cloud: World) -> None:
    update = [{"Delete": {"IndexName": "user_index"}}]
    cloud.aws("dynamodb").update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=update)


def protection(cloud: World) -> None:
    cloud.aws("dynamodb").update_table(TableName=TABLE, DeletionProtectionEnabled=False)


def trust(cloud: World) -> None:
    cloud.aws("iam").update_assume_role_policy(RoleName="TaskService", PolicyDocument=document(ANYBODY))


def guest(cloud: World) -> None:
    iam = cloud.aws("iam")
    found = iam.get_role(RoleName="TaskReporter")["Role"]["AssumeRolePolicyDocument"]
    found["Statement"].append(ANYBODY)
    iam.update_assume_role_policy(RoleName="TaskReporter", PolicyDocument=json.dumps(found))


def version(cloud: World) -> None:
    for _ in range(4):
        cloud.aws("iam").create_policy_version(PolicyArn=POLICY, PolicyDocument=document(NOTHING), SetAsDefault=True)


def versioning(cloud: World) -> None:
    cloud.aws("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


def tag(cloud: World) -> None:
    cloud.aws("iam").untag_role(RoleName="TaskReporter", TagKeys=["Environment"])


def attached(cloud: World) -> None:
    other = cloud.aws("iam").create_policy(PolicyName="Other", PolicyDocument=document(NOTHING))["Policy"]["Arn"]
    cloud.aws("iam").attach_role_policy(RoleName="TaskReporter", PolicyArn=other)


def annotation(cloud: World) -> None:
    changed = {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x"}}}
    cloud.edit(f"{ACCESS}/task-service", changed)


def removed_account(cloud: World) -> None:
    cloud.kubernetes.call("DELETE", f"{ACCESS}/task-reporter").need()


@frozen
class Broken:
    """What somebody did, the line of the plan that tells of it, what else it says, and whether a yes is needed."""

    by: Callable[[World], None]
    resource: str
    tells: str
    asks: bool = False


CASES = (
    Broken(index, f"~ dynamodb_table.{TABLE}", "indexes[user_index]: {"),
    Broken(protection, f"~ dynamodb_table.{TABLE}", "deletion_protection: false → true"),
    Broken(trust, "~ iam_role.TaskService", "trust.Statement.Principal: "),
    Broken(guest, "~ iam_role.TaskReporter", "removes trust in ", asks=True),
    Broken(version, "~ iam_policy.DynamoDBTaskTablePolicy", "document.Statement: "),
    Broken(versioning, f"~ s3_bucket.{BUCKET}", "versioning: false → true"),
    Broken(tag, "~ iam_role.TaskReporter", "tags[Environment]: prod"),
    Broken(attached, "~ iam_role.TaskReporter", "policies[arn:aws:iam::123456789012:policy/Other]", asks=True),
    Broken(annotation, "~ service_account.prod/task-service", "role_arn: arn:aws:iam::1:role/x → "),
    Broken(removed_account, "+ service_account.prod/task-reporter", "role_arn: arn"),
)


def test_one_thing_changed_by_hand_is_all_that_is_repaired(made: World, inside: Any, subtests: pytest.Subtests) -> None:
    for case in CASES:
        with subtests.test(case.by.__name__):
            case.by(made)
            with made.untouched():
                seen = inside("plan", "prod")
                assert seen.planned == [case.resource]
                assert flat(case.tells) in flat(seen.out)
                if case.asks:
                    assert inside("provision", "prod", expect=78).summary == seen.summary
            repaired = inside("provision", "prod", *(["--yes"] if case.asks else []))
            assert repaired.planned == [case.resource]
            with made.untouched():
                assert inside("provision", "prod").summary.startswith("No changes.")


def test_everything_changed_by_hand_is_repaired_by_one_run(cloud: World) -> None:
    cloud.shell.run("provision", "prod")
    foreign = {"metadata": {"annotations": {"a": "b"}}, "imagePullSecrets": [{"name": "pull"}]}
    cloud.edit(f"{ACCESS}/task-service", foreign)
    for case in CASES:
        case.by(cloud)
    with cloud.untouched():
        seen = cloud.shell.run("plan", "prod", "--detailed-exitcode", expect=2)
        assert set(seen.planned) == {case.resource for case in CASES}
        assert all(flat(case.tells) in flat(seen.out) for case in CASES)
        refused = cloud.shell.run("provision", "prod", expect=78)
    assert "--yes" in refused.err
    cloud.shell.run("provision", "prod", "--yes")
    with cloud.untouched():
        assert cloud.shell.run("provision", "prod").summary.startswith("No changes.")
    account = cloud.kubernetes.get(f"{ACCESS}/task-service")
    assert account["metadata"]["annotations"]["a"] == "b"
    assert account["imagePullSecrets"] == [{"name": "pull"}]


def flat(text: str) -> str:
    """Give a text without white space: lines are folded to the width of the terminal."""
    return "".join(text.split())
