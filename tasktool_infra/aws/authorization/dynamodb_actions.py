"""The actions behind calls to DynamoDB. Source: service authorization reference, Amazon DynamoDB."""

from tasktool_infra.aws.authorization.rule import Rule

_TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"
_KEY = "SSESpecification.KMSMasterKeyId"
# DynamoDB uses the key on the caller's behalf. Source: DynamoDB developer guide, encryption at rest, key policies.
_KEY_USES = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey", "CreateGrant")
_KEYED = tuple(Rule(f"kms:{use}", f"{{{_KEY}}}", when=_KEY) for use in _KEY_USES)

DYNAMODB = {
    "create_table": (
        Rule("dynamodb:CreateTable", _TABLE),
        Rule("dynamodb:TagResource", _TABLE, when="Tags"),
        *_KEYED,
    ),
    "delete_table": (Rule("dynamodb:DeleteTable", _TABLE),),
    "describe_continuous_backups": (Rule("dynamodb:DescribeContinuousBackups", _TABLE),),
    "describe_table": (Rule("dynamodb:DescribeTable", _TABLE),),
    "describe_time_to_live": (Rule("dynamodb:DescribeTimeToLive", _TABLE),),
    "list_tags_of_resource": (Rule("dynamodb:ListTagsOfResource", "{ResourceArn}"),),
    "query": (
        Rule("dynamodb:Query", _TABLE),
        Rule("dynamodb:Query", f"{_TABLE}/index/{{IndexName}}", when="IndexName"),
    ),
    "tag_resource": (Rule("dynamodb:TagResource", "{ResourceArn}"),),
    "untag_resource": (Rule("dynamodb:UntagResource", "{ResourceArn}"),),
    "update_continuous_backups": (Rule("dynamodb:UpdateContinuousBackups", _TABLE),),
    "update_table": (Rule("dynamodb:UpdateTable", _TABLE), *_KEYED),
    "update_time_to_live": (Rule("dynamodb:UpdateTimeToLive", _TABLE),),
}
