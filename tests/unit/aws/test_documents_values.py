"""What documents show, how statements are merged by Sid, and what is no document."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.documents import Document, PolicyError, Statement, compare

TLS = {
    "Sid": "DenyPlainHttp",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
THEIRS = {
    "Sid": "Theirs",
    "Effect": "Allow",
    "Principal": {"AWS": "123456789012"},
    "Action": "s3:GetObject",
    "Resource": "*",
}
NAMELESS = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/public/*"}


def document(*statements: Any) -> Document:
    return Document.parse({"Version": "2012-10-17", "Statement": list(statements)})


def test_it_is_written_in_one_order() -> None:
    assert document(
        {
            "Condition": {"stringLike": {"k": [2, True, "x"]}},
            "Resource": ["b", "a"],
            "Action": ["s3:Put", "s3:get", "S3:PUT"],
            "Effect": "Allow",
            "Principal": {"Service": ["z", "y"], "AWS": ["arn:aws:iam::123456789012:root"]},
            "Sid": "S",
        }
    ).to_dict() == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "S",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root", "Service": ["y", "z"]},
                "Action": ["S3:PUT", "s3:get"],
                "Resource": ["a", "b"],
                "Condition": {"stringLike": {"k": ["2", "true", "x"]}},
            }
        ],
    }


def test_it_can_be_read_by_people() -> None:
    assert repr(document(NAMELESS)) == f"Document({document(NAMELESS).to_json()})"
    assert repr(document(TLS).statements[0]).startswith('Statement({"Sid": "DenyPlainHttp", "Effect": "Deny"')
    assert Document.parse({"Id": "i", "Statement": []}).to_dict() == {
        "Version": "2008-10-17",
        "Id": "i",
        "Statement": [],
    }


def test_sizes_are_those_that_aws_counts() -> None:
    spaced = document({"Effect": "Allow", "Action": "*", "Resource": "ü b"})
    text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"ü b"}]}'
    assert spaced.to_json() == text
    assert spaced.size() == len(text) - 1
    assert spaced.size_in_bytes() == len(text) + 1


def test_merging_replaces_the_same_sid_and_keeps_all_others() -> None:
    loose = {**TLS, "Resource": "arn:aws:s3:::b"}
    merged = document(loose, THEIRS, NAMELESS).merge([TLS])
    assert merged == document(TLS, THEIRS, NAMELESS)
    assert [statement.sid for statement in merged.statements] == [None, "DenyPlainHttp", "Theirs"]
    assert compare(document(loose, THEIRS), document(TLS, THEIRS)) == (
        document(TLS).statements,
        document(loose).statements,
    )


def test_merging_takes_values_and_data() -> None:
    assert document(THEIRS).merge(document(TLS).statements) == document(THEIRS).merge([TLS])
    assert document().merge([TLS]) == document(TLS)
    assert document(TLS, THEIRS).merge([]) == document(TLS, THEIRS)


@given(st.lists(st.sampled_from([THEIRS, NAMELESS, TLS, {**TLS, "Action": "*"}])))
def test_merging_twice_is_merging_once(statements: list[Any]) -> None:
    once = document(*statements).merge([TLS])
    assert once.merge([TLS]).to_json() == once.to_json()
    assert once.includes(document(TLS))
    assert once.without(["DenyPlainHttp"]) == document(*statements).without(["DenyPlainHttp"])


def test_merging_wants_a_sid() -> None:
    with pytest.raises(PolicyError, match="Only statements with a Sid"):
        document().merge([NAMELESS])


def test_the_same_statement_of_somebody_else_outlives_ours() -> None:
    both = document(TLS, {**TLS, "Sid": "Company"})
    assert both == document(TLS)
    assert both.without(["DenyPlainHttp"]).statements[0].sid == "Company"
    assert document({**TLS, "Sid": "Company"}).includes(document(TLS))
    assert not document(THEIRS).includes(document(TLS))


def test_statements_are_values() -> None:
    assert Statement.parse({**TLS, "Sid": "Other"}) in set(document(TLS).statements)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "must be JSON"),
        ("{", "must be JSON"),
        ("%7B", "must be JSON"),
        ('{"a":' * 5000, "must be JSON"),
        ("[]", "must be a JSON object, not list"),
        (3, "must be a JSON object, not int"),
        ({}, "must have a Statement"),
        ({"Statement": [], "Statements": []}, "can't have Statements"),
        ({"Statement": [], "Version": "2012-10-18"}, "must be 2012-10-17 or 2008-10-17, not '2012-10-18'"),
        ({"Statement": [], "Id": 3}, "Id of a policy document must be a text"),
        ({"Statement": "x"}, "Statement 1 of the policy document must be an object"),
        (
            {"Statement": [TLS, {**TLS, "Sid": "B", "Effect": "allow"}]},
            r"Statement 2 \('B'\) of .* Effect Allow or Deny",
        ),
        ({"Statement": {**TLS, "Efect": 1}}, "has an unknown element: Efect"),
        ({"Statement": {**TLS, "Sid": 3}}, "has a Sid that is no text"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "has neither Action nor NotAction"),
        ({"Statement": {**TLS, "NotAction": "x"}}, "has both Action and NotAction"),
        ({"Statement": {**TLS, "NotPrincipal": "x"}}, "has both Principal and NotPrincipal"),
        ({"Statement": {**TLS, "Action": []}}, "Action is an empty list"),
        ({"Statement": {**TLS, "Action": ["x", None]}}, "Action must hold texts, not null"),
        ({"Statement": {**TLS, "Principal": "me"}}, r"Principal must be \* or an object such as .*, not \"me\""),
        ({"Statement": {**TLS, "Principal": {}}}, r"Principal must be \* or an object"),
        ({"Statement": {**TLS, "Principal": {3: "x"}}}, "Principal has a key that is no text"),
        ({"Statement": {**TLS, "Condition": []}}, "Condition must be an object, not a list"),
        ({"Statement": {**TLS, "Condition": {"Bool": "x"}}}, 'Condition must be an object, not "x"'),
        ({"Statement": {**TLS, "Condition": {"Bool": {"k": {}}}}}, "a value must be a text, a number, true or false"),
    ],
)
def test_what_is_no_document(value: Any, reason: str) -> None:
    with pytest.raises(PolicyError, match=reason):
        Document.parse(value)
