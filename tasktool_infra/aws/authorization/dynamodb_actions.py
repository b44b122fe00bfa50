"""The actions behind calls to DynamoDB. Source: service authorization reference, Amazon DynamoDB."""

from tasktool_infra.aws.authorization.rule import Rule

_TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"
_KEY = "SSESpecification.KMSMasterKeyId"
# DynamoDB uses the key on the caller's behalf. Source: DynamoDB developer guide, encryption at rest, key policies.
_KEY_USES = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey", "CreateGrant")
_KEYED = tuple(Rule(f"kms:{use}", f"{{{_KEY}}}", when=_KEY) for use in _KEY_USES)


def _on_table_or_index(action: str) -> tuple[Rule, ...]:
    """Give the rules of a read: an index is a resource of its own, and the table does not count then.

    Source: DynamoDB developer guide, "Using IAM with DynamoDB indexes"; the resource that its denials name.
    """
    whole = Rule(f"dynamodb:{action}", _TABLE, unless="IndexName")
    return whole, Rule(f"dynamodb:{action}", f"{_TABLE}/index/{{IndexName}}", when="IndexName")


DYNAMODB = {
    "batch_get_item": (Rule("dynamodb:BatchGetItem", _TABLE.replace("{TableName}", "{RequestItems}")),),
    "batch_write_item": (Rule("dynamodb:BatchWriteItem", _TABLE.replace("{TableName}", "{RequestItems}")),),
    "create_table": (
        Rule("dynamodb:CreateTable", _TABLE),
        Rule("dynamodb:TagResource", _TABLE, when="Tags"),
        *_KEYED,
    ),
    "delete_item": (Rule("dynamodb:DeleteItem", _TABLE),),
    "delete_table": (Rule("dynamodb:DeleteTable", _TABLE),),
    "describe_continuous_backups": (Rule("dynamodb:DescribeContinuousBackups", _TABLE),),
    "describe_table": (Rule("dynamodb:DescribeTable", _TABLE),),
    "describe_time_to_live": (Rule("dynamodb:DescribeTimeToLive", _TABLE),),
    "get_item": (Rule("dynamodb:GetItem", _TABLE),),
    "list_tags_of_resource": (Rule("dynamodb:ListTagsOfResource", "{ResourceArn}"),),
    "put_item": (Rule("dynamodb:PutItem", _TABLE),),
    "query": _on_table_or_index("Query"),
    "scan": _on_table_or_index("Scan"),
    "tag_resource": (Rule("dynamodb:TagResource", "{ResourceArn}"),),
    "untag_resource": (Rule("dynamodb:UntagResource", "{ResourceArn}"),),
    "update_continuous_backups": (Rule("dynamodb:UpdateContinuousBackups", _TABLE),),
    "update_item": (Rule("dynamodb:UpdateItem", _TABLE),),
    "update_table": (Rule("dynamodb:UpdateTable", _TABLE), *_KEYED),
    "update_time_to_live": (Rule("dynamodb:UpdateTimeToLive", _TABLE),),
}
