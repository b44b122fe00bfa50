"""The steps that make, change and delete a DynamoDB table, in the order that the API allows them.

Source: DynamoDB API reference, CreateTable and UpdateTable: one change at a time, the next when the table is active.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tasktool_infra.aws import tags
from tasktool_infra.aws.dynamodb_calls import BROKEN, LONG, MISSING, SOON, until_gone, until_ready, update
from tasktool_infra.aws.dynamodb_keys import PROVISIONED, SMALLEST, Attribute, Index, definitions, index_body, schema
from tasktool_infra.engine.calls import Call, Step, write
from tasktool_infra.engine.resource import Phase

if TYPE_CHECKING:
    from tasktool_infra.aws.dynamodb_table import Table

NO_KEYS: frozenset[Attribute] = frozenset()


def creation(wanted: "Table") -> Call:
    """Give the creation, with all that the creating call takes."""
    indexes = [index_body(index, wanted.billing) for index in _sorted(wanted.indexes)]
    table = {
        "TableName": wanted.name,
        "AttributeDefinitions": _definitions(wanted, wanted.indexes, NO_KEYS),
        "KeySchema": schema(wanted.keys),
        "BillingMode": wanted.billing,
        "DeletionProtectionEnabled": wanted.deletion_protection,
        **({"ProvisionedThroughput": SMALLEST} if wanted.billing == PROVISIONED else {}),
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        **({"SSESpecification": _encryption(wanted)} if wanted.kms_key_arn else {}),
        **({"Tags": tags.to_list(wanted.tags)} if wanted.tags else {}),
    }
    return write("dynamodb", "create_table", table, "create the table", settles=("ResourceInUseException",))


def changes(wanted: "Table", live: "Table") -> Iterator[Step]:
    """Change what differs: first what takes indexes away, then settings, then new indexes, then the rest."""
    names = {index.name for index in wanted.indexes}
    kept = frozenset(index for index in live.indexes if index.name in names)
    for index in _sorted(live.indexes - kept):
        change: dict[str, Any] = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": index.name}}]}
        said = f"index {index.name}"
        yield update(wanted.name, change, f"delete the {said}", removes=said)
        yield until_ready(wanted.name, LONG)
    yield from _settings(wanted, live, kept)
    yield from _new_indexes(wanted, live, kept)
    if live.kms_key_arn != wanted.kms_key_arn:
        removes = "" if wanted.kms_key_arn else f"encryption with the key {live.kms_key_arn}"
        change = {"SSESpecification": _encryption(wanted)}
        yield update(wanted.name, change, "set the encryption key", removes=removes)
        yield until_ready(wanted.name, LONG)
    if live.point_in_time_recovery != wanted.point_in_time_recovery:
        yield _backups(wanted, live)
    missing = wanted.missing_tags(live)
    if missing:
        tagging = {"ResourceArn": wanted.arn, "Tags": tags.to_list(missing)}
        yield write("dynamodb", "tag_resource", tagging, "put the tags")


def _settings(wanted: "Table", live: "Table", indexes: frozenset[Index]) -> Iterator[Step]:
    change: dict[str, Any] = {}
    if live.billing != wanted.billing:
        change |= _billing(wanted, indexes)
    if live.deletion_protection != wanted.deletion_protection:
        change |= {"DeletionProtectionEnabled": wanted.deletion_protection}
    if change:
        yield update(wanted.name, change, "set billing and deletion protection")
        yield until_ready(wanted.name)


def _billing(wanted: "Table", indexes: frozenset[Index]) -> dict[str, Any]:
    """Give the change of billing: provisioned must say every throughput, on demand must say none."""
    change: dict[str, Any] = {"BillingMode": wanted.billing}
    if wanted.billing != PROVISIONED:
        return change
    each = [{"Update": {"IndexName": i.name, "ProvisionedThroughput": SMALLEST}} for i in _sorted(indexes)]
    return {**change, "ProvisionedThroughput": SMALLEST, **({"GlobalSecondaryIndexUpdates": each} if each else {})}


def _new_indexes(wanted: "Table", live: "Table", standing: frozenset[Index]) -> Iterator[Step]:
    names = {index.name for index in standing}
    for index in _sorted(frozenset(index for index in wanted.indexes if index.name not in names)):
        standing |= {index}
        change = {
            "AttributeDefinitions": _definitions(wanted, standing, live.local_keys),
            "GlobalSecondaryIndexUpdates": [{"Create": index_body(index, wanted.billing)}],
        }
        yield update(wanted.name, change, f"create the index {index.name}")
        yield until_ready(wanted.name, LONG)


def _definitions(wanted: "Table", indexes: frozenset[Index], more: frozenset[Attribute]) -> list[dict[str, str]]:
    return definitions({*wanted.keys, *more, *(key for index in indexes for key in index.keys)})


def _encryption(wanted: "Table") -> dict[str, Any]:
    if wanted.kms_key_arn is None:
        return {"Enabled": False}
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": wanted.kms_key_arn}


def _backups(wanted: "Table", live: "Table") -> Call:
    """Switch point-in-time recovery; without its period it would go back to 35 days."""
    on = wanted.point_in_time_recovery
    days = {"RecoveryPeriodInDays": live.recovery_days} if on and live.recovery_days else {}
    specification = {"PointInTimeRecoveryEnabled": on, **days}
    parameters = {"TableName": wanted.name, "PointInTimeRecoverySpecification": specification}
    removes = "" if on else "the backups of point-in-time recovery"
    return write("dynamodb", "update_continuous_backups", parameters, "set point-in-time recovery", removes=removes)


def deletion(live: "Table") -> Iterator[Step]:
    """Give the steps that delete the table, protected or not; one that is broken is not waited for."""
    changeable = live.status not in BROKEN
    if changeable and live.settled is not Phase.SETTLED:
        yield until_ready(live.name, LONG if live.unsettled_indexes else SOON)
    if live.deletion_protection:
        yield update(live.name, {"DeletionProtectionEnabled": False}, "switch deletion protection off")
        yield from (until_ready(live.name),) if changeable else ()
    removes = "the table with all its items"
    yield write(
        "dynamodb", "delete_table", {"TableName": live.name}, "delete the table", removes=removes, expects=MISSING
    )
    yield until_gone(live.name, live.id)


def _sorted(indexes: frozenset[Index]) -> list[Index]:
    return sorted(indexes, key=lambda index: index.name)
