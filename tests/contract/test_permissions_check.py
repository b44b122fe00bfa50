"""`permissions --check`: what a caller lacks is told before anything is tried, and nothing else is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import tasktool_infra as tt
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.engine.errors import Problem
from tasktool_infra.least_privilege.needed import COMMANDS
from tasktool_infra.sandbox import Sandbox
from tasktool_infra.sandbox.embedded import embedded
from tasktool_infra.sandbox.environment import variables
from tests.contract.roles import TABLE_ARN
from tests.sessions import administrator

ROLE = "arn:aws:iam::123456789012:role/team/ci"
LOOKS = {"Effect": "Allow", "Action": ["iam:GetRole", "iam:SimulatePrincipalPolicy"], "Resource": ROLE}
SOME = ("dynamodb:CreateTable", "s3:PutBucketPolicy", "iam:AttachRolePolicy", "tag:GetResources")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Give an empty cloud and a role there, under a path, that nobody has given anything."""
    with embedded() as found:
        iam = administrator(found).client("iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName="ci", Path="/team/", AssumeRolePolicyDocument=json.dumps({"Statement": trust}))
        yield found


@pytest.fixture
def caller(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give what makes this process a session of the role with these policies."""
    iam = administrator(sandbox).client("iam")
    assumed = administrator(sandbox).client("sts").assume_role(RoleArn=ROLE, RoleSessionName="run")["Credentials"]
    for name, value in variables(sandbox, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", assumed["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", assumed["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", assumed["SessionToken"])

    def holds(*documents: dict[str, Any]) -> None:
        for old in iam.list_role_policies(RoleName="ci")["PolicyNames"]:
            iam.delete_role_policy(RoleName="ci", PolicyName=old)
        for number, each in enumerate(documents):
            iam.put_role_policy(RoleName="ci", PolicyName=f"p{number}", PolicyDocument=json.dumps(each))

    return holds


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def printed(issuer: str, command: str, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Give the policies that are printed, but for some actions."""
    found = tt.permissions("prod", command, account="123456789012", oidc_provider_url=issuer)
    listed = [each.to_dict() for each in found.policies]
    for statement in (each for document in listed for each in document["Statement"]):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in actions if each not in without] or ["sts:GetCallerIdentity"]
    return listed


def lacking(found: tt.Checked) -> set[str]:
    return {need.action for need in found.denied}


def test_just_what_is_lacking_is_named_and_what_it_says_to_add_mends_it(sandbox: Sandbox, caller: Any) -> None:
    rest = printed(sandbox.issuer, "provision", without=SOME)
    caller(policy(LOOKS), *rest)
    found = tt.check_permissions("prod", "provision")
    assert (lacking(found), found.rights, found.problem) == ({*SOME}, frozenset(), Problem.DENIED)
    caller(policy(LOOKS), *rest, *(each.to_dict() for each in found.policies))
    found = tt.check_permissions("prod", "provision")
    assert (lacking(found), found.doubtful, found.unchecked, found.problem) == (set(), {}, {}, None)


@pytest.mark.parametrize("command", COMMANDS)
def test_whoever_has_just_what_is_printed_lacks_nothing(sandbox: Sandbox, caller: Any, command: str) -> None:
    caller(policy(LOOKS), *printed(sandbox.issuer, command))
    found = tt.check_permissions("prod", command, eks_cluster_name="mz-k8s")
    assert (lacking(found), found.doubtful, found.unchecked, found.problem) == (set(), {}, {}, None)
    caller(policy(LOOKS, {"Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": "*"}))
    assert tt.check_permissions("prod", command, eks_cluster_name="mz-k8s").problem is Problem.DENIED


def test_what_no_policy_mends_is_told_apart(sandbox: Sandbox, caller: Any) -> None:
    deny = {"Effect": "Deny", "Action": "dynamodb:CreateTable", "Resource": "*"}
    caller(policy(LOOKS, deny), *printed(sandbox.issuer, "provision"))
    found = tt.check_permissions("prod", "provision")
    assert dict(found.denied) == {Need("dynamodb:CreateTable", TABLE_ARN): "explicitly denied"}
    assert found.policies == ()


def test_a_right_to_attach_other_policies_is_none_to_attach_these(sandbox: Sandbox, caller: Any) -> None:
    own, *more = printed(sandbox.issuer, "provision")
    others = json.dumps([own, *more]).replace(":policy/", ":policy/other-")
    caller(policy(LOOKS), *json.loads(others))
    assert "iam:AttachRolePolicy" in lacking(tt.check_permissions("prod", "provision"))


@pytest.mark.parametrize("denied", ["iam:SimulatePrincipalPolicy", "iam:GetRole"])
def test_whoever_may_not_ask_is_told_what_to_add(sandbox: Sandbox, caller: Any, denied: str) -> None:
    asks = {"Effect": "Deny", "Action": denied, "Resource": "*"}
    caller(policy(LOOKS, asks), *printed(sandbox.issuer, "plan"))
    found = tt.check_permissions("prod", "plan")
    assert found.problem is Problem.DENIED
    assert f"{denied} is denied" in found.unchecked["AWS"].said
    assert '"Action": ["iam:GetRole", "iam:SimulatePrincipalPolicy"]' in found.unchecked["AWS"].fix
