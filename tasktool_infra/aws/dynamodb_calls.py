"""The calls and waits of a DynamoDB table. Source: DynamoDB API reference."""

from collections.abc import Mapping
from typing import Any

from tasktool_infra.engine.calls import GONE, Call, Meaning, Wait, write

FORBIDDEN = Meaning("forbidden")
MISSING = {"ResourceNotFoundException": GONE}
BROKEN = {
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS": "its KMS key can't be used",
    "ARCHIVING": "it is being archived, because its KMS key could not be used for seven days",
    "ARCHIVED": "it was archived, because its KMS key could not be used for seven days",
    "REPLICATION_NOT_AUTHORIZED": "it is a replica that is not allowed to replicate",
}
"""Statuses that no waiting and no call of ours ends. Source: TableDescription, TableStatus."""
SOON, LONG = 600.0, 3600.0
"""Deadlines in seconds: of changes of the table, and of changes of an index, which read every item."""

_STILL = "[?IndexStatus != 'ACTIVE']"
_ENCRYPTED = "(!(Table.SSEDescription.Status) || contains(['ENABLED', 'DISABLED'], Table.SSEDescription.Status))"
READY = f"Table.TableStatus == 'ACTIVE' && !(Table.GlobalSecondaryIndexes{_STILL}) && {_ENCRYPTED}"
"""JMESPath: the table, every index and the encryption have settled."""
_NEVER = f"contains([{', '.join(repr(status) for status in BROKEN)}], Table.TableStatus)"
_SEEN = (
    "join(', ', [[Table.TableStatus], Table.SSEDescription.[join(' ', ['encryption', Status])],"
    f" Table.GlobalSecondaryIndexes{_STILL}.join(' ', [IndexName, IndexStatus])][])"
)


def reads(name: str, arn: str) -> tuple[Call, ...]:
    """Give the calls that read the table, its backups and its tags; which codes mean absence differs."""
    return (describe(name), backups(name), tagging(arn, {"AccessDeniedException": FORBIDDEN}))


def backups(name: str) -> Call:
    """Give the call that describes the backups, which has a code of its own for absence."""
    absent = {**MISSING, "TableNotFoundException": GONE}
    return Call("dynamodb", "describe_continuous_backups", {"TableName": name}, expects=absent)


def tagging(arn: str, more: Mapping[str, Meaning] | None = None) -> Call:
    """Give the call that lists the tags."""
    expects = {**MISSING, **(more or {})}
    return Call("dynamodb", "list_tags_of_resource", {"ResourceArn": arn}, expects=expects, pages=True)


def describe(name: str) -> Call:
    """Give the call that describes the table."""
    return Call("dynamodb", "describe_table", {"TableName": name}, expects=MISSING)


def until_ready(name: str, deadline: float = SOON) -> Wait:
    """Give the wait for the table and every index to be active: before that, the next change is refused."""
    says = "the table and its indexes to be active"
    return Wait(describe(name), done=READY, failed=_NEVER, sees=_SEEN, deadline=deadline, says=says)


def until_gone(name: str, known: str) -> Wait:
    """Give the wait for the table to be gone, by the id that it is known by: another of its name may come at once."""
    another = f"Table.TableId != '{known}'" if known else ""
    return Wait(describe(name), sees=_SEEN, deadline=2 * SOON, says="the table to be gone", replaced=another)


def update(name: str, change: dict[str, Any], says: str, removes: str = "") -> Call:
    """Give a change of the table.

    While somebody else changes it, or has just made the same change, only looking again tells what is left to do.
    """
    settles = ("ResourceInUseException", "ResourceNotFoundException", "ValidationException: already exists")
    return write("dynamodb", "update_table", {"TableName": name, **change}, says, removes=removes, settles=settles)
