"""What somebody does to a table behind our back."""

from typing import Any

from tasktool_infra.aws.dynamodb_table import Table
from tests.contract.drift import drift, of_module

SERVICE = "dynamodb"


def index_update(db: Any, table: Table, change: dict[str, Any], **more: Any) -> None:
    db.update_table(TableName=table.name, GlobalSecondaryIndexUpdates=[change], **more)


@drift("index deleted", "indexes[by_state]", writes=("update_table",))
def index_deleted(db: Any, table: Table) -> None:
    index_update(db, table, {"Delete": {"IndexName": "by_state"}})


@drift("all indexes deleted", "indexes[by_state]", "indexes[by_user]", writes=("update_table", "update_table"))
def indexes_deleted(db: Any, table: Table) -> None:
    for index in sorted(index.name for index in table.indexes):
        index_update(db, table, {"Delete": {"IndexName": index}})


@drift("extra index", "indexes[foreign]", writes=("update_table",))
def extra_index(db: Any, table: Table) -> None:
    keys = [{"AttributeName": "other", "KeyType": "HASH"}]
    index = {"IndexName": "foreign", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
    names = {"id", "user", "at", "state", "other"}
    attributes = [{"AttributeName": name, "AttributeType": "N" if name == "at" else "S"} for name in sorted(names)]
    index_update(db, table, {"Create": index}, AttributeDefinitions=attributes)


@drift("recovery switched off", "point_in_time_recovery", writes=("update_continuous_backups",))
def recovery_off(db: Any, table: Table) -> None:
    off = {"PointInTimeRecoveryEnabled": False}
    db.update_continuous_backups(TableName=table.name, PointInTimeRecoverySpecification=off)


@drift("protection switched off", "deletion_protection", writes=("update_table",))
def protection_off(db: Any, table: Table) -> None:
    db.update_table(TableName=table.name, DeletionProtectionEnabled=False)


@drift("environment tag removed", "tags[Environment]", writes=("tag_resource",))
def tag_removed(db: Any, table: Table) -> None:
    db.untag_resource(ResourceArn=table.arn, TagKeys=["Environment"])


@drift("own tag changed", "tags[team]", writes=("tag_resource",), only="tagged")
def tag_changed(db: Any, table: Table) -> None:
    db.untag_resource(ResourceArn=table.arn, TagKeys=["team"])
    db.tag_resource(ResourceArn=table.arn, Tags=[{"Key": "team", "Value": "red"}])


@drift("foreign tag", kept=("tag cost",))
def foreign_tag(db: Any, table: Table) -> None:
    db.tag_resource(ResourceArn=table.arn, Tags=[{"Key": "cost", "Value": "9"}])


@drift("items", kept=())
def items(db: Any, table: Table) -> None:
    db.put_item(TableName=table.name, Item={"id": {"S": "1"}})


@drift(
    "everything at once",
    "indexes[by_user]",
    "point_in_time_recovery",
    "deletion_protection",
    writes=("update_table", "update_table", "update_continuous_backups"),
)
def everything(db: Any, table: Table) -> None:
    protection_off.by_hand(db, table)
    recovery_off.by_hand(db, table)
    index_update(db, table, {"Delete": {"IndexName": "by_user"}})


DRIFTS = of_module(globals())
