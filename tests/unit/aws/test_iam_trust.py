"""Whom a role trusts: one ServiceAccount, and what is taken away from others by saying so again."""

from typing import Any

import pytest

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.irsa import irsa_trust
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Action

ISSUER = "oidc.eks.ap-northeast-1.amazonaws.com/id/5F3A"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
TRUST = irsa_trust(PROVIDER, ISSUER, "prod", "task-service")


def role(trust: Any) -> Role:
    return Role(name="TaskService", trust=trust)


def test_the_trust_names_exactly_one_service_account() -> None:
    assert irsa_trust(PROVIDER, f"https://{ISSUER}/", "prod", "task-service").to_dict() == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        f"{ISSUER}:sub": "system:serviceaccount:prod:task-service",
                    }
                },
            }
        ],
    }


def statement(principal: Any, action: str = "sts:AssumeRole") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action}


DELETED = statement({"AWS": ["AROAEXAMPLEEXAMPLEEXA", "AIDAEXAMPLEEXAMPLEEXA"]})
OURS_IN_TRUST = TRUST.to_dict()["Statement"][0]
LOOSENED = {**OURS_IN_TRUST, "Condition": {"StringLike": {f"{ISSUER}:sub": "system:serviceaccount:*:*"}}}


@pytest.mark.parametrize(
    ("statements", "removes"),
    [
        pytest.param([LOOSENED], "", id="altered"),
        pytest.param([statement({"Service": "ec2.amazonaws.com"})], "", id="replaced"),
        pytest.param([DELETED], "", id="deleted principals"),
        pytest.param([OURS_IN_TRUST, DELETED], "", id="deleted principals beside ours"),
        pytest.param([LOOSENED, DELETED], "", id="altered, with deleted principals"),
        pytest.param([OURS_IN_TRUST, statement("*")], "trust in *", id="added"),
        pytest.param(
            [LOOSENED, statement({"Service": ["ec2.amazonaws.com"], "AWS": "111122223333"})],
            "trust in 111122223333, ec2.amazonaws.com",
            id="altered and added",
        ),
        pytest.param([OURS_IN_TRUST, LOOSENED], f"trust in {PROVIDER}", id="added for the same principal"),
        pytest.param(
            [OURS_IN_TRUST, {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}],
            "trust in everybody but some",
            id="added for everybody else",
        ),
    ],
)
def test_only_a_trust_that_others_added_to_takes_something_away(statements: list[Any], removes: str) -> None:
    wanted = role(TRUST)
    (step,) = wanted.converge(role({"Version": "2012-10-17", "Statement": statements}))
    assert isinstance(step, Call)
    assert step.operation == "update_assume_role_policy"
    assert Document.parse(step.parameters["PolicyDocument"]) == TRUST
    assert step.removes == removes


def test_a_trust_that_is_too_long_is_refused_before() -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [statement({"AWS": [f"arn:aws:iam::{n:012}:root" for n in range(99)]})],
    }
    change = Making().change(role(trust), None)
    assert change.action is Action.REFUSE
    assert "2048" in change.reason
