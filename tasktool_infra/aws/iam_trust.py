"""Whom a role trusts besides those that are wanted.

Source: IAM user guide, "JSON policy elements: Principal" (a deleted principal is shown by its id) and "IAM
identifiers" (AROA is a role, AIDA a user).
"""

import re

from tasktool_infra.aws.documents import Document, Statement, compare

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
