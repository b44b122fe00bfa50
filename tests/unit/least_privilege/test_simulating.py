"""What IAM is asked about a caller, and what is made of its answers."""

from collections.abc import Mapping
from typing import Any

import pytest

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.engine.calls import Call
from tasktool_infra.least_privilege.principal import Unchecked, is_root, principal
from tasktool_infra.least_privilege.simulating import MOST, batches, simulated
from tests.answers import Answer, error, feed

USER, TABLE = "arn:aws:iam::123456789012:user/team/me", "arn:aws:dynamodb:eu-west-1:123456789012:table/t"
CREATE, DELETE = Need("dynamodb:CreateTable", TABLE), Need("dynamodb:DeleteTable", TABLE)
POLICIES = ("arn:aws:iam::123456789012:policy/a", "arn:aws:iam::123456789012:policy/b")


def answering(**special: Mapping[str, Any]) -> Answer:
    """Give an answer that allows all but for some actions, by their names without the service."""

    def answer(call: Call) -> Any:
        allowed = {"EvalDecision": "allowed"}
        names = call.parameters["ActionNames"]
        results = [{"EvalActionName": each, **special.get(each.partition(":")[2], allowed)} for each in names]
        return {"EvaluationResults": results}

    return answer


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"EvalDecision": "implicitDeny"}, "not allowed"),
        ({"EvalDecision": "explicitDeny"}, "explicitly denied"),
        (
            {"EvalDecision": "implicitDeny", "OrganizationsDecisionDetail": {"AllowedByOrganizations": False}},
            "denied by a policy of the organization",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
            },
            "outside the permissions boundary",
        ),
    ],
)
def test_a_denial_says_what_denies(result: Mapping[str, Any], said: str) -> None:
    answers = {"simulate_principal_policy": answering(CreateTable=result)}
    found = feed(simulated(USER, {CREATE, DELETE}, (), "eu-west-1"), answers)
    assert found is not None
    assert (dict(found.denied), dict(found.doubtful)) == ({CREATE: said}, {})


def test_what_depends_on_how_one_calls_is_only_doubtful() -> None:
    unsure = {"EvalDecision": "implicitDeny", "MissingContextValues": ["aws:MultiFactorAuthPresent"]}
    found = feed(
        simulated(USER, {CREATE}, (), "eu-west-1"), {"simulate_principal_policy": answering(CreateTable=unsure)}
    )
    assert found is not None
    assert (dict(found.denied), dict(found.doubtful)) == ({}, {CREATE: "depends on aws:MultiFactorAuthPresent"})


def test_what_is_not_simulated_together_is_asked_one_by_one() -> None:
    denied = answering(DeleteTable={"EvalDecision": "implicitDeny"})
    assert callable(denied)

    def answer(call: Call) -> Any:
        names = call.parameters["ActionNames"]
        return error("InvalidInput") if len(names) > 1 or names[0] == CREATE.action else denied(call)

    found = feed(simulated(USER, {CREATE, DELETE}, (), "eu-west-1"), {"simulate_principal_policy": answer})
    assert found is not None
    assert (dict(found.denied), dict(found.doubtful)) == (
        {DELETE: "not allowed"},
        {CREATE: "IAM does not simulate it"},
    )


def test_each_need_is_asked_once_and_attaching_once_for_each_policy() -> None:
    needs = {Need(f"s3:Get{number}", "arn:aws:s3:::b") for number in range(2 * MOST)} | {CREATE, DELETE}
    attaching = Need("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/r")
    asked = list(batches({*needs, attaching}, POLICIES))
    pairs = [Need(action, each.resource) for each in asked for action in each.actions]
    assert sorted(map(str, pairs)) == sorted(map(str, [*needs, attaching, attaching]))
    assert {each.policy for each in asked if each.policy} == {*POLICIES}
    assert max(len(each.actions) for each in asked) == MOST


@pytest.mark.parametrize(
    ("caller", "found"),
    [
        (USER, USER),
        ("arn:aws:sts::123456789012:assumed-role/ci/run", "arn:aws:iam::123456789012:role/team/ci"),
        ("arn:aws-cn:sts::123456789012:federated-user/me", None),
    ],
)
def test_whose_policies_bind_a_caller(caller: str, found: str | None) -> None:
    answers: dict[str, Answer] = {"get_role": {"Role": {"Arn": "arn:aws:iam::123456789012:role/team/ci"}}}
    said = feed(principal(caller), answers)
    assert isinstance(said, Unchecked) if found is None else said == found


def test_a_role_that_may_not_be_looked_at_is_named_in_the_statement_to_add() -> None:
    denied = {"get_role": error("AccessDenied")}
    said = feed(principal("arn:aws:sts::123456789012:assumed-role/ci/run"), denied)
    assert isinstance(said, Unchecked)
    assert "arn:aws:iam::123456789012:role/*ci" in said.fix


def test_the_account_itself_is_bound_by_none() -> None:
    assert is_root("arn:aws:iam::123456789012:root")
    assert not is_root(USER)
