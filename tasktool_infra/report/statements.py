"""Statements of policies as people read them: who may do what on what, and when."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.report.values import flow

POLICIES = ("iam_policy", "iam_role")
WHOLE = "all that it allows, as it is deleted"
_ATTACHED = "policies["


def is_statement(value: Any) -> bool:
    """Say whether JSON data is a statement of a policy document."""
    return isinstance(value, Mapping) and "Effect" in value and ("Action" in value or "NotAction" in value)


def tells_of_statements(each: FieldChange) -> bool:
    """Say whether a field change is one of a statement."""
    return is_statement(each.old) or is_statement(each.new)


def sentence(statement: Mapping[str, Any]) -> str:
    """Give a statement as a sentence: ``Allow s3:GetObject on arn:… when …``."""
    return " ".join([statement["Effect"], doing(statement), *about(statement)])


def doing(statement: Mapping[str, Any]) -> str:
    """Give the actions of a statement."""
    return _either(statement, "Action")


def about(statement: Mapping[str, Any]) -> tuple[str, ...]:
    """Give on what, by whom and when a statement counts, each by itself."""
    parts = []
    if "Resource" in statement or "NotResource" in statement:
        parts.append(f"on {_either(statement, 'Resource')}")
    if "Principal" in statement or "NotPrincipal" in statement:
        parts.append(f"by {_either(statement, 'Principal')}")
    conditions = [
        f"{key} {operator} {flow(values)}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    return (*parts, *(f"{'and' if number else 'when'} {said}" for number, said in enumerate(conditions)))


def _either(statement: Mapping[str, Any], element: str) -> str:
    if element in statement:
        return _listed(statement[element])
    return f"all but {_listed(statement[f'Not{element}'])}"


def _listed(value: Any) -> str:
    return (
        ", ".join(f"{kind} {flow(ids)}" for kind, ids in value.items()) if isinstance(value, Mapping) else flow(value)
    )


def elements(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Give what counts of a statement by path, conditions key by key."""
    conditions = {
        f"Condition[{operator}/{key}]": value
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    }
    return {**{name: part for name, part in statement.items() if name not in ("Condition", "Sid")}, **conditions}


@frozen
class Permission:
    """A row of the table of permissions: gained (``+``) or lost (``-``), by what resource, and what it is."""

    sign: str
    where: str
    what: str
    about: tuple[str, ...] = ()


def permissions(plan: Plan) -> list[Permission]:
    """Give every permission that a plan gives or takes, those that are lost first for each resource."""
    return [row for change in plan.changes for row in _of_change(change)]


def _of_change(change: Change) -> Iterator[Permission]:
    where = str(change.key)
    if change.action is Action.DELETE and change.key.kind in POLICIES:
        yield Permission("-", where, WHOLE)
    for each in change.fields:
        for sign, value in (("-", each.old), ("+", each.new)):
            if is_statement(value):
                yield Permission(sign, where, f"{value['Effect']} {doing(value)}", about(value))
            elif value is not None and change.key.kind == "iam_role" and each.path.startswith(_ATTACHED):
                yield Permission(sign, where, f"the policy {each.path[len(_ATTACHED) : -1]}")
