"""What the commands need for ``prod``: enough, no more, and within what IAM takes."""

from functools import cache

import pytest

from tasktool_infra.aws.authorization.evaluation import Request, evaluate
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.documents import MANAGED_POLICY_SIZE, Document
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.errors import Refused, TasktoolError
from tasktool_infra.least_privilege.grant import Grant, grant
from tasktool_infra.least_privilege.needed import COMMANDS
from tasktool_infra.least_privilege.policy import policies
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target

PLACE = Place("123456789012", "aws", "ap-northeast-1")
ISSUER = "https://oidc.eks.ap-northeast-1.amazonaws.com/id/EXAMPLE"
TARGET = Target(place=PLACE, caller="", aws_endpoint="", issuer=ISSUER)
PROD = Environment(
    name="prod", region="ap-northeast-1", eks_cluster_name="mz-k8s", domain="x.example.com", email="a@b.co"
)
ROLE = "arn:aws:iam::123456789012:role/app/TaskService"
TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/task-tool-prod-tasks"

UNSCOPED = {
    "eks:DescribeClusterVersions",
    "eks:ListClusters",
    "iam:ListAccountAliases",
    "iam:ListOpenIDConnectProviders",
    "iam:ListPolicies",
    "iam:ListRoles",
    "tag:GetResources",
}
"""Actions that AWS lets nobody scope. Source: service authorization reference."""


@cache
def granted(command: str) -> Grant:
    return grant(PROD, command, TARGET)


def allows(command: str, action: str, resource: str, **context: str) -> bool:
    keys = {key.replace("_", ":"): (value,) for key, value in context.items()}
    return evaluate(Request(action=action, resource=resource, context=keys), granted(command).policies).allowed


def rules(command: str, kind: str) -> list[dict[str, list[str]]]:
    return [rule for item in granted(command).roles["items"] if item["kind"] == kind for rule in item["rules"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_statement_is_scoped(command: str) -> None:
    statements = [each for policy in granted(command).policies for each in policy.statements]
    assert statements
    for statement in statements:
        everywhere = {action.text for action in statement.actions or () if "*" in set(statement.resources or ())}
        assert everywhere <= UNSCOPED
        assert not any("*" in action.text for action in statement.actions or ())


@pytest.mark.parametrize("command", ["plan", "verify", "doctor", "init"])
def test_who_only_reads_may_write_nowhere(command: str) -> None:
    actions = [a.text for policy in granted(command).policies for s in policy.statements for a in s.actions or ()]
    assert {action.partition(":")[2][:3] for action in actions} <= {"Get", "Lis", "Des", "Bat", "Sim"}
    verbs = {verb for kind in ("Role", "ClusterRole") for rule in rules(command, kind) for verb in rule["verbs"]}
    # Whether one may apply is one of the doctor's questions, and tried.
    assert verbs == ({"list", "patch", "create"} if command == "doctor" else {"get", "list"})


@pytest.mark.parametrize(
    ("command", "action", "resource", "expected"),
    [
        ("plan", "dynamodb:DescribeTable", TABLE, True),
        ("plan", "dynamodb:CreateTable", TABLE, False),
        ("provision", "dynamodb:CreateTable", TABLE, True),
        ("provision", "dynamodb:CreateTable", f"{TABLE}2", False),
        ("provision", "dynamodb:DeleteTable", TABLE, False),
        ("teardown", "dynamodb:DeleteTable", TABLE, True),
        ("teardown", "dynamodb:CreateTable", TABLE, False),
        ("provision", "iam:PutRolePermissionsBoundary", ROLE, False),
        ("provision", "iam:CreateOpenIDConnectProvider", ISSUER, False),
    ],
)
def test_a_command_may(command: str, action: str, resource: str, expected: bool) -> None:
    assert allows(command, action, resource) is expected


def test_an_environment_that_is_to_be_begun_may_be_looked_for_anywhere_under_its_names() -> None:
    nowhere = Target(place=PLACE, caller="", aws_endpoint="")
    found = grant(Environment(name="dev", region="ap-northeast-1"), "init", nowhere)
    needs = {need.action: {each.resource for each in found.needs if each.action == need.action} for need in found.needs}
    assert needs["eks:ListClusters"] == {"*"}
    assert needs["eks:DescribeCluster"] == {"arn:aws:eks:ap-northeast-1:123456789012:cluster/*"}
    bucket = "arn:aws:s3:::task-tool-dev-completed-task-report-bucket"
    assert needs["s3:ListBucket"] == {bucket, f"{bucket}-123456789012"}
    assert needs["iam:GetOpenIDConnectProvider"] == {"arn:aws:iam::123456789012:oidc-provider/*"}
    named = grant(Environment(name="dev", region="ap-northeast-1", eks_cluster_name="mine"), "init", nowhere).needs
    assert "eks:ListClusters" not in {need.action for need in named}


def test_a_verification_reads_the_boundary_that_binds_the_roles() -> None:
    bound = "arn:aws:iam::123456789012:policy/bound"
    environment = Environment(name="prod", region="ap-northeast-1", permissions_boundary=bound)
    on_it = {
        command: {need.action for need in grant(environment, command, TARGET).needs if need.resource == bound}
        for command in ("plan", "verify")
    }
    assert on_it == {"plan": set(), "verify": {"iam:GetPolicy", "iam:GetPolicyVersion"}}


def test_only_the_environments_own_policies_can_be_attached() -> None:
    own, admin = "arn:aws:iam::123456789012:policy/S3TaskReportsPolicy", "arn:aws:iam::aws:policy/AdministratorAccess"
    assert allows("provision", "iam:AttachRolePolicy", ROLE, iam_PolicyARN=own)
    assert not allows("provision", "iam:AttachRolePolicy", ROLE, iam_PolicyARN=admin)
    assert not allows("provision", "iam:AttachRolePolicy", ROLE)


def test_generated_names_are_not_fixed_and_all_others_are() -> None:
    named = {name for rule in rules("provision", "Role") for name in rule.get("resourceNames", [])}
    assert {"task-service", "prod-app-ingress"} <= named
    assert not any("-config-" in name for name in named)


def test_what_would_be_too_long_for_one_policy_is_several() -> None:
    needed = [Need(f"s3:Get{number:03}", f"arn:aws:s3:::bucket-{number:03}") for number in range(120)]
    found = policies(needed)
    assert len(found) > 1
    assert all(policy.size() <= MANAGED_POLICY_SIZE for policy in found)
    together = Document(found[0].version, tuple(s for policy in found for s in policy.statements))
    assert len(together.statements) == len(needed)


def test_without_an_issuer_or_an_account_there_is_a_reason() -> None:
    nowhere = Target(place=PLACE, caller="", aws_endpoint="")
    with pytest.raises(Refused, match="issuer"):
        grant(PROD, "plan", nowhere)
    with pytest.raises(Refused, match="no AWS account"):
        grant(Environment(name="local", aws="emulator"), "plan", TARGET)
    with pytest.raises(TasktoolError, match="no command 'fly'"):
        grant(PROD, "fly", TARGET)
