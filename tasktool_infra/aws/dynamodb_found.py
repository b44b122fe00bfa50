"""What DescribeTable and DescribeContinuousBackups say, as the fields of our table.

Source: DynamoDB API reference, TableDescription. What AWS leaves out has a meaning: no BillingModeSummary is
provisioned billing, no SSEDescription a key that AWS owns.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tasktool_infra.aws.dynamodb_keys import PROVISIONED, Attribute, found_index, found_key, types_of
from tasktool_infra.engine.resource import Phase

_PHASES = {"CREATING": Phase.CREATING, "DELETING": Phase.DELETING}


def found(table: Mapping[str, Any], backups: Mapping[str, Any], wanted: Iterable[Attribute]) -> dict[str, Any]:
    """Give the fields; an index that is being deleted is no index any more.

    AWS tells the type of every key. An emulator forgets them when an index is added; then they are as wanted.
    """
    types = {key.name: key.type for key in wanted} | types_of(table)
    indexes = table.get("GlobalSecondaryIndexes", ())
    unsettled = frozenset(index["IndexName"] for index in indexes if index.get("IndexStatus", "ACTIVE") != "ACTIVE")
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    return {
        "hash_key": found_key(table, "HASH", types),
        "range_key": found_key(table, "RANGE", types),
        "indexes": frozenset(found_index(i, types) for i in indexes if i.get("IndexStatus") != "DELETING"),
        "billing": table.get("BillingModeSummary", {}).get("BillingMode", PROVISIONED),
        "point_in_time_recovery": recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
        "deletion_protection": table.get("DeletionProtectionEnabled", False),
        "kms_key_arn": _key(table.get("SSEDescription", {})),
        "settled": _phase(table, settled=not unsettled),
        "id": table.get("TableId", ""),
        "status": table["TableStatus"],
        "unsettled_indexes": unsettled,
        "local_keys": _local_keys(table, types),
        "recovery_days": recovery.get("RecoveryPeriodInDays"),
    }


def _key(encryption: Mapping[str, Any]) -> str | None:
    off = encryption.get("Status", "DISABLED") in ("DISABLED", "DISABLING")
    return None if off else encryption.get("KMSMasterKeyArn")


def _phase(table: Mapping[str, Any], *, settled: bool) -> Phase:
    encrypted = table.get("SSEDescription", {}).get("Status", "DISABLED") in ("DISABLED", "ENABLED")
    if table["TableStatus"] == "ACTIVE" and settled and encrypted:
        return Phase.SETTLED
    return _PHASES.get(table["TableStatus"], Phase.UPDATING)


def _local_keys(table: Mapping[str, Any], types: Mapping[str, str]) -> frozenset[Attribute]:
    found_keys = (found_key(index, "RANGE", types) for index in table.get("LocalSecondaryIndexes", ()))
    return frozenset(key for key in found_keys if key is not None)
