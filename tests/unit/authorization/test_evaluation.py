"""What policies allow, case by case as the IAM user guide has them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.authorization.evaluation import Outcome, Request, Verdict, evaluate
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.documents.parts import Principal

TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/tasks"
ALLOWED, DENIED, NOT_ALLOWED, OUT = Outcome.ALLOWED, Outcome.DENIED, Outcome.NOT_ALLOWED, Outcome.OUT_OF_BOUNDS


def document(*statements: dict[str, Any]) -> Document:
    return Document.parse({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect: str = "Allow", action: Any = "dynamodb:Query", resource: Any = TABLE, **more: Any) -> Any:
    named = {} if "NotAction" in more else {"Action": action}
    on = {} if "NotResource" in more else {"Resource": resource}
    return {"Effect": effect, **named, **on, **more}


def judged(
    *statements: dict[str, Any], action: str = "dynamodb:Query", resource: str = TABLE, **context: str
) -> Verdict:
    keys = {key.replace("_", ":"): (value,) for key, value in context.items()}
    return evaluate(Request(action=action, resource=resource, context=keys), [document(*statements)])


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("dynamodb:Query", "dynamodb:Query", ALLOWED),
        ("DynamoDB:query", "dynamodb:Query", ALLOWED),
        ("dynamodb:Q*", "dynamodb:Query", ALLOWED),
        ("dynamodb:*", "dynamodb:Query", ALLOWED),
        ("*", "dynamodb:Query", ALLOWED),
        ("dynamodb:Quer?", "dynamodb:Query", ALLOWED),
        ("dynamodb:Quer", "dynamodb:Query", NOT_ALLOWED),
        ("dynamodb:Get*", "dynamodb:Query", NOT_ALLOWED),
        ("s3:*", "dynamodb:Query", NOT_ALLOWED),
        (["s3:*", "dynamodb:Query"], "dynamodb:Query", ALLOWED),
    ],
)
def test_actions(pattern: Any, action: str, expected: Outcome) -> None:
    assert judged(statement(action=pattern), action=action).outcome is expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        (TABLE, TABLE, ALLOWED),
        ("*", TABLE, ALLOWED),
        (f"{TABLE}/index/*", f"{TABLE}/index/user_index", ALLOWED),
        (TABLE, f"{TABLE}/index/user_index", NOT_ALLOWED),
        (f"{TABLE}/index/*", TABLE, NOT_ALLOWED),
        (TABLE.replace("tasks", "TASKS"), TABLE, NOT_ALLOWED),
        (f"{TABLE}*", f"{TABLE}-of-others", ALLOWED),
        ("arn:aws:dynamodb:*:123456789012:table/tasks", TABLE, ALLOWED),
        ("arn:aws:dynamodb:*:table/tasks", TABLE, NOT_ALLOWED),
        ("arn:aws:dynamodb:*", TABLE, ALLOWED),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/some/key:with:colons", ALLOWED),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/key", NOT_ALLOWED),
    ],
)
def test_resources(pattern: str, resource: str, expected: Outcome) -> None:
    assert judged(statement(resource=pattern), resource=resource).outcome is expected


def test_an_explicit_deny_wins_wherever_it_stands() -> None:
    deny = statement("Deny", "dynamodb:*", "*")
    assert judged(statement(), deny).outcome is DENIED
    assert judged(deny, statement()).outcome is DENIED
    documents = [document(statement()), document(deny)]
    assert evaluate(Request(action="dynamodb:Query", resource=TABLE), documents).outcome is DENIED


def test_negated_elements_mean_all_but() -> None:
    but_delete = statement(NotAction="dynamodb:Delete*")
    assert judged(but_delete).allowed
    assert not judged(but_delete, action="dynamodb:DeleteTable").allowed
    elsewhere = statement(NotResource=TABLE)
    assert not judged(elsewhere).allowed
    assert judged(elsewhere, resource=f"{TABLE}2").allowed


@pytest.mark.parametrize(
    ("operator", "values", "found", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "a", None, False),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringLike", "a*", "ab", True),
        ("StringNotEquals", "a", "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", "a", None, True),
        ("StringNotLike", "a*", "ab", False),
        ("ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
        ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::1:role/x", True),
        ("ArnNotLike", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/x", False),
        ("ArnEquals", "*", "no arn", False),
        ("Bool", "true", "true", True),
        ("Bool", True, "false", False),
        ("Null", "true", None, True),
        ("Null", "true", "a", False),
        ("Null", "false", "a", True),
        ("NumericLessThan", "5", "4", True),
        ("NumericLessThanEquals", "5", "5", True),
        ("NumericGreaterThan", "5", "x", False),
        ("ForAnyValue:StringEquals", ["a"], "a", True),
        ("ForAnyValue:StringEquals", ["a"], None, False),
        ("ForAllValues:StringEquals", ["a"], None, True),
        ("ForAllValues:StringEquals", ["a"], "b", False),
    ],
)
def test_conditions(operator: str, values: Any, found: str | None, holds: bool) -> None:
    guarded = statement(Condition={operator: {"aws:Key": values}})
    context = {} if found is None else {"AWS_key": found}
    assert judged(guarded, **context).allowed is holds


def test_several_values_of_a_key_are_held_against_one_another() -> None:
    request = Request(action="dynamodb:Query", resource=TABLE, context={"dynamodb:Attributes": ("a", "b")})
    every = document(statement(Condition={"ForAllValues:StringEquals": {"dynamodb:Attributes": ["a", "b", "c"]}}))
    only_a = document(statement(Condition={"ForAllValues:StringEquals": {"dynamodb:Attributes": "a"}}))
    assert evaluate(request, [every]).allowed
    assert not evaluate(request, [only_a]).allowed


def test_what_can_not_be_judged_allows_nothing_denies_and_is_said() -> None:
    by_address = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    allows = judged(statement(Condition=by_address), aws_SourceIp="10.1.1.1")
    assert (allows.outcome, allows.doubts) == (NOT_ALLOWED, ("IpAddress on aws:SourceIp",))
    denies = judged(statement(), statement("Deny", Condition=by_address), aws_SourceIp="10.1.1.1")
    assert (denies.outcome, denies.doubts) == (DENIED, ("IpAddress on aws:SourceIp",))


def test_policy_variables_are_filled_in_and_their_wildcards_are_literal() -> None:
    own = statement(resource="arn:aws:s3:::b/${aws:username}/*", action="s3:GetObject")
    at = {"action": "s3:GetObject"}
    assert judged(own, resource="arn:aws:s3:::b/ann/x", aws_username="ann", **at).allowed
    assert not judged(own, resource="arn:aws:s3:::b/bob/x", aws_username="ann", **at).allowed
    assert not judged(own, resource="arn:aws:s3:::b/bob/x", aws_username="*", **at).allowed
    assert not judged(own, resource="arn:aws:s3:::b//x", **at).allowed


def test_a_boundary_must_allow_it_too() -> None:
    request, held = Request(action="dynamodb:Query", resource=TABLE), [document(statement())]
    assert evaluate(request, held, document(statement(action="dynamodb:*", resource="*"))).allowed
    assert evaluate(request, held, document(statement(action="s3:*", resource="*"))).outcome is OUT
    assert evaluate(request, [], document(statement())).outcome is NOT_ALLOWED
    deny = document(statement("Deny"), statement(action="*", resource="*"))
    assert evaluate(request, held, deny).outcome is DENIED


@pytest.mark.parametrize(
    ("named", "caller", "expected"),
    [
        ({"Federated": "arn:p"}, Principal("Federated", "arn:p"), True),
        ({"Federated": "arn:p"}, Principal("Federated", "arn:q"), False),
        ({"Federated": "arn:p"}, Principal("AWS", "arn:p"), False),
        ({"AWS": "123456789012"}, Principal("AWS", "arn:aws:iam::123456789012:role/x"), True),
        ({"AWS": "arn:aws:iam::123456789012:root"}, Principal("AWS", "arn:aws:iam::123456789012:role/x"), True),
        ({"AWS": "123456789012"}, Principal("AWS", "arn:aws:iam::210987654321:role/x"), False),
        ("*", Principal("AWS", "arn:aws:iam::1:role/x"), True),
        ({"Service": "ec2.amazonaws.com"}, None, False),
    ],
)
def test_principals(named: Any, caller: Principal | None, expected: bool) -> None:
    trust = document({"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRoleWithWebIdentity"})
    request = Request(action="sts:AssumeRoleWithWebIdentity", principal=caller)
    assert evaluate(request, [trust]).allowed is expected


NAMES = st.text(alphabet="abc*?[]", max_size=6)


@given(action=NAMES, other=NAMES)
def test_only_wildcards_make_one_action_cover_another(action: str, other: str) -> None:
    verdict = judged(statement(action=f"s3:{action}"), action=f"s3:{other}")
    if action == other:
        assert verdict.allowed or "[" in action
    elif not set("*?") & set(action):
        assert not verdict.allowed


@given(st.permutations([statement(), statement("Deny", "s3:*"), statement(action="s3:Get*", resource="*")]))
def test_the_order_of_statements_does_not_matter(statements: list[Any]) -> None:
    assert judged(*statements).allowed
    assert judged(*statements, action="s3:GetObject").outcome is DENIED
