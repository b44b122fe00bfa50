"""What can't be made of a live DynamoDB table, and the ways out."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tasktool_infra.aws.dynamodb_calls import BROKEN
from tasktool_infra.aws.key_arn import SHOW_KEY, is_key_arn
from tasktool_infra.engine.resource import Phase, Refusal

if TYPE_CHECKING:
    from tasktool_infra.aws.dynamodb_table import Table

ANOTHER_TABLE = "Choose another name for the table (setting `table`), or move its items and delete it by hand."
ANOTHER_INDEX = (
    "Give the index another name; or delete it by hand and run again: then it is made anew, and queries on it fail"
    " meanwhile."
)
NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
"""Source: DynamoDB developer guide, Naming rules."""


def refusals(wanted: "Table", live: "Table | None", immutable: Iterable[Refusal]) -> Iterator[Refusal]:
    """Give the reasons: first those in what is wanted, then those in what stands."""
    yield from _wanted(wanted)
    if live is None or live.settled is Phase.DELETING:
        return
    if live.status in BROKEN:
        yield Refusal(f"{BROKEN[live.status]} ({live.status})", "Repair or restore it by hand, then run again.")
        return
    yield from immutable
    yield from _changed_indexes(wanted, live)


def _wanted(wanted: "Table") -> Iterator[Refusal]:
    """Refuse what no table could be made of."""
    for name in (wanted.name, *sorted(index.name for index in wanted.indexes)):
        if not NAME.fullmatch(name):
            yield Refusal(f"no table or index can be called {name!r}", "Use 3 to 255 letters, digits, dots, _ and -.")
    if wanted.kms_key_arn is not None and not is_key_arn(wanted.kms_key_arn):
        yield Refusal(f"kms_key_arn {wanted.kms_key_arn} is not the ARN of a key", SHOW_KEY)
    types: dict[str, str] = {}
    for key in wanted.all_keys:
        if types.setdefault(key.name, key.type) != key.type:
            yield Refusal(f"the attribute {key.name} is wanted with two types", "Give it the same type everywhere.")


def _changed_indexes(wanted: "Table", live: "Table") -> Iterator[Refusal]:
    standing = {index.name: index for index in live.indexes}
    for index in sorted(wanted.indexes, key=lambda each: each.name):
        other = standing.get(index.name, index)
        if other != index:
            reason = f"the index {index.name} has {other}, wanted {index}, and the API can't change an index"
            yield Refusal(reason, ANOTHER_INDEX)
