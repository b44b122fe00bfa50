"""What a statement is made of: actions, principals, conditions, each read from JSON into a set.

Each part is kept as it was written, for display and for writing it back, and compared in its normal form.
Source: the IAM user guide, "JSON policy element reference" and "Grammar of the JSON policy language".
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen


class PolicyError(ValueError):
    """The text or data is no policy document; the message says where and why."""


def _account(principal: str) -> str:
    # A whole account can be written either way; AWS itself changes one into the other.
    root = re.fullmatch(r"arn:[^:]+:iam::([0-9]{12}):root", principal)
    return root[1] if root else principal


@frozen
class AnyCase:
    """A name in which upper and lower case are the same: an action, a condition's key or operator."""

    text: str = field(eq=str.lower)


@frozen
class Principal:
    """Somebody: a kind such as `AWS`, `Service` or `Federated`, and an identifier."""

    kind: str
    id: str = field(eq=_account)


@frozen
class Condition:
    """One key under one operator, with the values that it is held against."""

    operator: AnyCase
    key: AnyCase
    values: frozenset[str]


def actions(value: Any) -> frozenset[AnyCase]:
    """Read Action or NotAction."""
    return frozenset(map(AnyCase, _texts(value)))


def resources(value: Any) -> frozenset[str]:
    """Read Resource or NotResource."""
    return frozenset(_texts(value))


def principals(value: Any) -> frozenset[Principal]:
    """Read Principal or NotPrincipal, where `*` is everybody's AWS principal."""
    if value == "*":
        return frozenset({Principal("AWS", "*")})
    if not isinstance(value, Mapping) or not value:
        raise PolicyError(f"must be * or an object such as {{'AWS': …}}, not {_noun(value)}")
    return frozenset(Principal(kind, text) for kind, texts in sorted(_object(value).items()) for text in _texts(texts))


def conditions(value: Any) -> frozenset[Condition]:
    """Read Condition; an empty one is none."""
    return frozenset(
        Condition(AnyCase(operator), AnyCase(key), frozenset(map(_scalar, many(values))))
        for operator, keys in sorted(_object(value).items())
        for key, values in sorted(_object(keys).items())
    )


def action_data(value: frozenset[AnyCase]) -> Any:
    """Give Action as JSON data."""
    return one_or_list(action.text for action in value)


def principal_data(value: frozenset[Principal]) -> dict[str, Any]:
    """Give Principal as JSON data."""
    kinds = sorted({principal.kind for principal in value})
    return {kind: one_or_list(principal.id for principal in value if principal.kind == kind) for kind in kinds}


def condition_data(value: frozenset[Condition]) -> dict[str, dict[str, Any]]:
    """Give Condition as JSON data."""
    data: dict[str, dict[str, Any]] = {}
    for condition in sorted(value, key=lambda one: (one.operator.text, one.key.text)):
        data.setdefault(condition.operator.text, {})[condition.key.text] = one_or_list(condition.values)
    return data


def one_or_list(texts: Iterable[str]) -> Any:
    """Give one text as itself, and any other number as a sorted list."""
    ordered = sorted(texts)
    return ordered[0] if len(ordered) == 1 else ordered


def many(value: Any) -> list[Any]:
    """Give a list as it is, and anything else as a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _texts(value: Any) -> Iterator[str]:
    """Give the texts sorted, so that of several spellings of one action it is always the same that is kept."""
    texts = many(value)
    if not texts:
        raise PolicyError("is an empty list")
    for text in texts:
        if not isinstance(text, str):
            raise PolicyError(f"must hold texts, not {_noun(text)}")
    return iter(sorted(texts))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)  # true, not True
    raise PolicyError(f"a value must be a text, a number, true or false, not {_noun(value)}")


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(f"must be an object, not {_noun(value)}")
    if not all(isinstance(key, str) for key in value):
        raise PolicyError("has a key that is no text")
    return value


def _noun(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else json.dumps(value, default=lambda one: type(one).__name__)
