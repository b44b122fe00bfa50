"""Documents that say the same are equal, however they are written; those that do not, are not."""

import copy
import itertools
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.documents import Document, PolicyError, compare

ROOT = "arn:aws:iam::123456789012:root"
ACTIONS = ["s3:GetObject", "s3:Put*", "dynamodb:Query", "*", "sts:AssumeRoleWithWebIdentity"]
RESOURCES = ["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::B"]
PRINCIPALS = {
    "AWS": [ROOT, "*", "arn:aws:iam::123456789012:role/x"],
    "Service": ["ec2.amazonaws.com"],
    "Federated": ["f"],
}
VALUES = ["true", "false", "1", "prod", "Prod"]


def some(items: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=3, unique=True)


CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "Bool", "ForAnyValue:StringLike"]),
    st.dictionaries(st.sampled_from(["aws:SecureTransport", "host/id:sub"]), some(VALUES), min_size=1),
    min_size=1,
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": some(ACTIONS)},
    optional={
        "Sid": st.sampled_from(["One", "Two"]),
        "Resource": some(RESOURCES),
        "Principal": st.fixed_dictionaries({}, optional={k: some(v) for k, v in PRINCIPALS.items()}).filter(bool),
        "Condition": CONDITIONS,
    },
)
POLICIES = st.fixed_dictionaries(
    {"Version": st.sampled_from(["2012-10-17", "2008-10-17"]), "Statement": st.lists(STATEMENTS, max_size=3)},
    optional={"Id": st.just("some-id")},
)


def rewritten(policy: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Give the same policy in other words."""
    policy = copy.deepcopy(policy)
    if policy["Version"] == "2008-10-17" and chance.random() < 0.5:
        del policy["Version"]
    policy.pop("Id", None)
    statements = [_statement(one, chance) for one in policy["Statement"] for _ in range(chance.randint(1, 2))]
    policy["Statement"] = _list(statements, chance, str)
    return policy


def _statement(statement: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    statement = {**statement, "Sid": chance.choice(["Other", "Another", ""])}
    statement["Action"] = _list(statement["Action"], chance, lambda text: _case(text, chance))
    if "Resource" in statement:
        statement["Resource"] = _list(statement["Resource"], chance)
    if "Principal" in statement:
        statement["Principal"] = _principal(statement["Principal"], chance)
    statement["Condition"] = {
        _case(operator, chance): {
            _case(key, chance): _list(values, chance, lambda text: _value(text, chance)) for key, values in keys.items()
        }
        for operator, keys in statement.get("Condition", {}).items()
    }
    return statement


def _principal(principal: dict[str, Any], chance: random.Random) -> Any:
    if principal == {"AWS": ["*"]} and chance.random() < 0.5:
        return "*"
    roots = [ROOT, "123456789012", ROOT.replace("aws", "aws-cn")]
    return {
        k: _list(v, chance, lambda text: chance.choice(roots) if text == ROOT else text) for k, v in principal.items()
    }


def _list(items: list[Any], chance: random.Random, write: Callable[[Any], Any] = str) -> Any:
    if items and isinstance(items[0], dict):
        write = copy.copy
    written = [write(item) for item in items for _ in range(chance.randint(1, 2))]
    chance.shuffle(written)
    return written[0] if len(written) == 1 and chance.random() < 0.5 else written


def _case(text: str, chance: random.Random) -> str:
    return chance.choice([text, text.upper(), text.lower(), text.swapcase()])


def _value(text: str, chance: random.Random) -> Any:
    return json.loads(text) if text in ("true", "false", "1") and chance.random() < 0.5 else text


def _texts(policy: dict[str, Any]) -> list[Any]:
    text = json.dumps(policy, indent=1)
    return [policy, text, quote(text), quote(text, safe=""), f"\n {text}"]


@given(POLICIES, st.randoms(use_true_random=False), st.integers(0, 4))
def test_other_words_are_equal(policy: dict[str, Any], chance: random.Random, form: int) -> None:
    one, other = Document.parse(policy), Document.parse(_texts(rewritten(policy, chance))[form])
    assert one == other
    assert hash(one) == hash(other)
    assert compare(one, other) == ((), ())


@given(POLICIES, POLICIES, st.randoms(use_true_random=False))
def test_equality_is_an_equivalence(first: dict[str, Any], second: dict[str, Any], chance: random.Random) -> None:
    sayings = [first, rewritten(first, chance), rewritten(first, chance), second, rewritten(second, chance)]
    for one, two, three in itertools.permutations(map(Document.parse, sayings), 3):
        assert one == one  # noqa: PLR0124 - this is what is tested
        assert (one == two) == (two == one)
        assert not (one == two and two == three) or one == three
        assert hash(one) == hash(two) or one != two


@given(POLICIES)
def test_it_comes_back(policy: dict[str, Any]) -> None:
    document = Document.parse(policy)
    assert Document.parse(document.to_dict()) == document
    assert Document.parse(document.to_dict()).to_dict() == document.to_dict()
    assert Document.parse(document.to_json()).to_json() == document.to_json()
    assert Document.parse(quote(document.to_json())) == document


@given(POLICIES, st.randoms(use_true_random=False))
def test_order_never_shows(policy: dict[str, Any], chance: random.Random) -> None:
    shuffled = copy.deepcopy(policy)
    chance.shuffle(shuffled["Statement"])
    for statement in shuffled["Statement"]:
        chance.shuffle(statement["Action"])
    assert Document.parse(shuffled).to_json() == Document.parse(policy).to_json()


@given(POLICIES, STATEMENTS)
def test_another_statement_is_a_difference(policy: dict[str, Any], extra: dict[str, Any]) -> None:
    less, more = Document.parse(policy), Document.parse({**policy, "Statement": [*policy["Statement"], extra]})
    gained, lost = compare(less, more)
    assert lost == ()
    assert (less == more) == (not gained)
    assert more.includes(less)
    assert compare(more, less) == ((), gained)


def policy(**changes: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b", **changes}
    return {"Version": "2012-10-17", "Statement": {key: value for key, value in statement.items() if value is not None}}


def when(operator: str = "StringEquals", key: str = "a:k", value: Any = "v") -> dict[str, Any]:
    return policy(Condition={operator: {key: value}})


def who(principal: Any) -> dict[str, Any]:
    return policy(Principal=principal)


EQUAL = [
    (policy(), policy(Action=["s3:GetObject"], Resource=["arn:aws:s3:::b"])),
    (policy(), policy(Action=["s3:getobject", "S3:GetObject"])),
    (policy(), policy(Sid="Named")),
    (policy(Sid=""), policy()),
    (policy(), policy(Condition={})),
    (policy(), policy(Condition={"StringEquals": {}})),
    (policy(Action=["a:B", "c:D"]), policy(Action=["c:D", "a:B"])),
    (policy(Action=None, NotAction="iam:*"), policy(Action=None, NotAction=["IAM:*"])),
    (policy(Resource=None, NotResource=["x", "y"]), policy(Resource=None, NotResource=["y", "x"])),
    (who("*"), who({"AWS": "*"})),
    (who("*"), who({"AWS": ["*"]})),
    (who({"AWS": ROOT}), who({"AWS": "123456789012"})),
    (who({"AWS": "arn:aws-us-gov:iam::123456789012:root"}), who({"AWS": ["123456789012", ROOT]})),
    (policy(NotPrincipal={"AWS": ROOT}), policy(NotPrincipal={"AWS": "123456789012"})),
    (when(value=True), when(value="true")),
    (when(value=[False]), when(value="false")),
    (when(value=60), when(value=["60"])),
    (when(value=["v", "w"]), when(value=["w", "v", "w"])),
    (when(operator="stringequals"), when(operator="StringEquals")),
    (when(key="aws:securetransport"), when(key="aws:SecureTransport")),
    ({**policy(), "Version": "2008-10-17"}, {"Statement": [policy()["Statement"]]}),
    (policy(), {**policy(), "Id": "some"}),
]

UNEQUAL = [
    (policy(), policy(Effect="Deny")),
    (policy(), policy(Action="s3:*")),
    (policy(), policy(Action=["s3:GetObject", "s3:PutObject"])),
    (policy(), policy(Action=None, NotAction="s3:GetObject")),
    (policy(), policy(Resource="arn:aws:s3:::B")),
    (policy(), policy(Resource=None)),
    (policy(), policy(Resource=None, NotResource="arn:aws:s3:::b")),
    (policy(), {**policy(), "Version": "2008-10-17"}),
    (policy(), {"Version": "2012-10-17", "Statement": []}),
    (policy(), who("*")),
    (who("*"), policy(NotPrincipal="*")),
    (who({"AWS": ROOT}), who({"AWS": "210987654321"})),
    (who({"AWS": "x"}), who({"Federated": "x"})),
    (who({"AWS": "arn:aws:iam::123456789012:role/x"}), who({"AWS": "arn:aws-cn:iam::123456789012:role/x"})),
    (who({"AWS": "arn:aws:iam::123456789012:role/x"}), who({"AWS": "AROAEXAMPLE"})),
    (when(), policy()),
    (when(), when(value="V")),
    (when(), when(operator="StringLike")),
    (when(), when(operator="ForAllValues:StringEquals")),
    (when(), when(key="a:k2")),
    (when(), when(value=[])),
    (when(), policy(Condition={"StringEquals": {"a:k": "v", "a:l": "v"}})),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal(one: Any, other: Any) -> None:
    assert Document.parse(one) == Document.parse(other)
    assert hash(Document.parse(one)) == hash(Document.parse(other))


@pytest.mark.parametrize(("one", "other"), UNEQUAL)
def test_unequal(one: Any, other: Any) -> None:
    assert Document.parse(one) != Document.parse(other)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["Allow", "*", "2012-10-17"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Version", "Id", "Statement", "Sid", "Effect", "Action", "Principal", "Resource", "Condition"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON | st.text().map(lambda text: text), st.booleans())
def test_nothing_but_a_document_or_a_refusal(value: Any, as_text: bool) -> None:
    for candidate in (value, {"Statement": {"Effect": "Allow", "Action": "*", "Condition": value, "Principal": value}}):
        try:
            document = Document.parse(json.dumps(candidate) if as_text else candidate)
        except PolicyError as error:
            assert str(error)  # noqa: PT017 - both ways are right
        else:
            assert Document.parse(document.to_json()) == document
