"""What DynamoDB answers for a table, as AWS gives it and emulators do not."""

from typing import Any

from tasktool_infra.aws.dynamodb_table import Attribute, Index, Table
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.owner import Owner

PLACE = Place("123456789012", "aws", "ap-northeast-1")
OWNER = Owner("task-tool", "prod")
KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BY_USER = Index(name="user_index", hash_key=Attribute("user_name"), range_key=Attribute("start_at", "N"))
BY_STATUS = Index(name="status_index", hash_key=Attribute("status"), range_key=Attribute("updated_at", "N"))
TASKS = (
    Table(name="tasks", hash_key=Attribute("task_id"), indexes=frozenset({BY_USER, BY_STATUS})).at(PLACE).marked(OWNER)
)
UNUSED = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
WARM = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}


def answers(table: Table, *, days: int | None = 35, **more: Any) -> dict[str, Any]:
    """Give all that a read of a table is answered; ``more`` replaces parts of the description."""
    return {
        "describe_table": {"Table": {**description(table), **more}},
        "describe_continuous_backups": {"ContinuousBackupsDescription": backups(table, days)},
        "list_tags_of_resource": {"Tags": [{"Key": key, "Value": table.tags[key]} for key in table.tags]},
    }


def description(table: Table) -> dict[str, Any]:
    """Give what DescribeTable says: defaults are left out, lists are in no order, and much is said besides."""
    found: dict[str, Any] = {
        "AttributeDefinitions": [{"AttributeName": k.name, "AttributeType": k.type} for k in set(table.all_keys)],
        "TableName": table.name,
        "KeySchema": key_schema(table.keys),
        "TableStatus": "ACTIVE",
        "CreationDateTime": "2025-11-03T09:12:44.512000+09:00",
        "ProvisionedThroughput": UNUSED,
        "TableSizeBytes": 0,
        "ItemCount": 0,
        "TableArn": table.arn,
        "TableId": "6d5f1f0c-6f2e-4c6e-9a0e-0a4f1f1c7b11",
        "DeletionProtectionEnabled": table.deletion_protection,
        "WarmThroughput": WARM,
    }
    if table.billing == "PAY_PER_REQUEST":
        found["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
    if table.kms_key_arn:
        found["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": table.kms_key_arn}
    if table.indexes:
        found["GlobalSecondaryIndexes"] = [index(each) for each in table.indexes]
    return found


def index(wanted: Index, status: str = "ACTIVE") -> dict[str, Any]:
    """Give one of the GlobalSecondaryIndexes."""
    projection: dict[str, Any] = {"ProjectionType": wanted.projection}
    if wanted.non_key_attributes:
        projection["NonKeyAttributes"] = list(wanted.non_key_attributes)
    return {
        "IndexName": wanted.name,
        "KeySchema": key_schema(wanted.keys),
        "Projection": projection,
        "IndexStatus": status,
        "ProvisionedThroughput": UNUSED,
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": f"{TASKS.arn}/index/{wanted.name}",
        "WarmThroughput": WARM,
        **({"Backfilling": True} if status == "CREATING" else {}),
    }


def key_schema(keys: tuple[Attribute, ...]) -> list[dict[str, str]]:
    """Give a KeySchema."""
    return [{"AttributeName": k.name, "KeyType": r} for k, r in zip(keys, ("HASH", "RANGE"), strict=False)]


def backups(table: Table, days: int | None) -> dict[str, Any]:
    """Give a ContinuousBackupsDescription; without recovery it says no period."""
    if not table.point_in_time_recovery:
        recovery: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
        if days is not None and days != 35:
            recovery["RecoveryPeriodInDays"] = days
    else:
        recovery = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": days}
        recovery |= {"EarliestRestorableDateTime": "2025-11-03T09:13:00+09:00"}
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
