"""What a denied caller is told: which action, on what, who, and the statement that helps."""

import json

import pytest

from tasktool_infra.aws.authorization.denial import Caller, way_out
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call

ME = Caller(Place("123456789012", "aws", "ap-northeast-1"), "arn:aws:sts::123456789012:assumed-role/ci/x")
TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/tasks"
CREATE = Call("dynamodb", "create_table", {"TableName": "tasks", "Tags": [{"Key": "a", "Value": "b"}]})
HEAD = Call("s3", "head_bucket", {"Bucket": "b"})


@pytest.mark.parametrize(
    ("call", "said", "action", "resource"),
    [
        (HEAD, "Forbidden", ["s3:ListBucket"], ["arn:aws:s3:::b"]),
        (CREATE, "Access Denied", ["dynamodb:CreateTable", "dynamodb:TagResource"], [TABLE]),
        (
            CREATE,
            f"User: {ME.arn} is not authorized to perform: dynamodb:TagResource on resource: {TABLE} because no …",
            ["dynamodb:TagResource"],
            [TABLE],
        ),
        (
            Call("iam", "get_role", {"RoleName": "R"}),
            f"User: {ME.arn} is not authorized to perform: iam:GetRole on resource: role R because …",
            ["iam:GetRole"],
            ["arn:aws:iam::123456789012:role/*R"],
        ),
    ],
)
def test_the_statement_allows_what_was_denied(call: Call, said: str, action: list[str], resource: list[str]) -> None:
    told = way_out(call, said, ME).splitlines()
    assert ME.arn in told[0]
    assert all(name in told[0] for name in (*action, *resource))
    assert json.loads(told[1]) == {"Effect": "Allow", "Action": action, "Resource": resource}
    assert told[-1] == "Then run again."


def test_against_an_explicit_deny_no_statement_is_offered() -> None:
    said = (
        f"User: {ME.arn} is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::b"
        " with an explicit deny in a service control policy"
    )
    told = way_out(HEAD, said, ME)
    assert "service control" in told
    assert "Effect" not in told


def test_a_boundary_is_named_where_it_is_in_the_way() -> None:
    said = (
        f"User: {ME.arn} is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::b"
        " because no permissions boundary allows the s3:ListBucket action"
    )
    assert "permissions boundary" in way_out(HEAD, said, ME)


def test_who_is_not_known_yet_and_what_is_in_no_table_still_give_a_next_step() -> None:
    assert "The caller needs s3:ListBucket" in way_out(HEAD, "Forbidden", None)
    assert "must be allowed" in way_out(Call("iam", "delete_user", {}), "Forbidden", ME)
