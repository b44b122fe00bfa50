"""Whom a role trusts besides those that are wanted.

Source: IAM user guide, "JSON policy elements: Principal" (a deleted principal is shown by its id) and "IAM
identifiers" (AROA is a role, AIDA a user).
"""

import re
from collections.abc import Iterator

from tasktool_infra.aws.documents import Document, Statement, compare, elements, paired
from tasktool_infra.engine.claims import ABSENT, ALONE, NOTHING_ELSE, Part

_DELETED = re.compile(r"A(?:RO|ID)A[A-Z0-9]{12,}")


def strangers(live: Document, wanted: Document) -> str:
    """Say, for people, whom the live trust lets in by statements that somebody added; empty when there are none.

    A statement that was only altered has one of ours in its place, and one that trusts deleted principals alone lets
    nobody in: to rewrite these takes nothing away.
    """
    missing, extras = compare(live, wanted)
    added = [statement for statement in extras if not _is_dead(statement)]
    if len(added) <= len(missing):
        return ""
    names = {name for statement in added for name in _names(statement)}
    ours = {name for statement in wanted.statements for name in _names(statement)}
    return "trust in " + ", ".join(sorted(names - ours or names))


def _is_dead(statement: Statement) -> bool:
    principals = statement.principals or frozenset()
    return bool(principals) and all(each.kind == "AWS" and _DELETED.fullmatch(each.id) for each in principals)


def _names(statement: Statement) -> list[str]:
    if statement.principals is None:
        return ["everybody but some"]
    return [each.id for each in statement.principals]


def trust_parts(wanted: Document, live: Document) -> Iterator[Part]:
    """Give what can be claimed of a live trust: of a single statement each element, conditions by their last word."""
    if len(wanted.statements) != 1:
        yield from wanted.parts(live)
        return
    ((statement, found),), others = paired(live, wanted)
    before = elements(found) if found is not None else {}
    after = elements(statement)
    known = {short(path): path for path in before}
    for path, value in after.items():
        at = path if path in before else known.get(short(path), "")
        shown = before.get(at, ABSENT) if at in ("", path) else {at: before[at]}
        yield Part(short(path), value if at in ("", path) else {path: value}, shown, before.get(path) == value)
    more = [f"{path}: {before[path]}" for path in before if short(path) not in map(short, after)]
    besides = [*more, *(each.to_dict() for each in others)]
    yield Part(ALONE, NOTHING_ELSE, besides or NOTHING_ELSE, not besides)


def short(path: str) -> str:
    """Give the last word of a condition's key, or the element itself: ``sub`` of ``Condition[StringEquals/…:sub]``."""
    return path.rpartition(":")[2].rstrip("]") if path.startswith("Condition[") else path
