"""From actions to IAM policies: as few statements as can be, each within what IAM takes."""

from collections.abc import Iterable
from typing import Any

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.documents import MANAGED_POLICY_SIZE, Document

Statement = dict[str, Any]


def policies(needed: Iterable[Need], attachable: Iterable[str] = ()) -> tuple[Document, ...]:
    """Give the policies that allow just what is needed: one, or several where one would be too long.

    ``attachable`` are the ARNs of the policies that may be attached to roles; others may not.
    """
    result: list[list[Statement]] = [[]]
    for statement in statements(needed, attachable):
        if _document([*result[-1], statement]).size() > MANAGED_POLICY_SIZE:
            result.append([])
        result[-1].append(statement)
    return tuple(_document(each) for each in result if each)


def statements(needed: Iterable[Need], attachable: Iterable[str] = ()) -> list[Statement]:
    """Give the statements: actions on the same resources stand together."""
    resources: dict[str, set[str]] = {}
    for need in needed:
        resources.setdefault(need.action, set()).add(need.resource)
    together: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for action in sorted(resources):
        alone = action if action == ATTACH else ""
        together.setdefault((_service(action), tuple(sorted(resources[action])), alone), []).append(action)
    limit = {"ArnEquals": {"iam:PolicyARN": sorted(attachable)}}
    return [_allow(actions, on, limit if alone else {}) for (_, on, alone), actions in together.items()]


ATTACH = "iam:AttachRolePolicy"
"""With it one could give a role any right; the condition leaves it the environment's own policies."""


def _service(action: str) -> str:
    return action.partition(":")[0]


def _allow(actions: list[str], resources: tuple[str, ...], condition: dict[str, Any]) -> Statement:
    more = {"Condition": condition} if condition and any(condition["ArnEquals"].values()) else {}
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources), **more}


def _document(listed: list[Statement]) -> Document:
    return Document.parse({"Version": "2012-10-17", "Statement": listed})
