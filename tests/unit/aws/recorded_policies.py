"""A policy, and what AWS answers about it."""

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.owner import Owner
from tests.answers import error

PLACE = Place("111122223333", "aws", "ap-northeast-1")
OWNER = Owner("task-tool", "prod")
ARN = "arn:aws:iam::111122223333:policy/TablePolicy"
CREATED = dt.datetime(2024, 5, 1, 12, 0, tzinfo=dt.UTC)


def document(*actions: str) -> dict[str, Any]:
    statement = {"Sid": "Reading", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy(**more: Any) -> Policy:
    given = {"name": "TablePolicy", "document": document("dynamodb:GetItem"), **more}
    return Policy(**given).at(PLACE).marked(OWNER)


def answers(documents: dict[str, dict[str, Any]], default: str, tags: dict[str, str]) -> dict[str, Any]:
    """Give what AWS answers for a policy with these versions: documents come URL-encoded, and never in the list."""

    def version(call: Call) -> dict[str, Any] | ApiError:
        asked = call.parameters["VersionId"]
        if asked not in documents:
            return error("NoSuchEntity")
        text = quote(json.dumps(documents[asked], indent=2))
        return {"PolicyVersion": {"Document": text, "VersionId": asked, "IsDefaultVersion": asked == default}}

    found = {
        "PolicyName": "TablePolicy",
        "PolicyId": "ANPAEXAMPLEEXAMPLEEXA",
        "Arn": ARN,
        "Path": "/",
        "DefaultVersionId": default,
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": CREATED,
        "UpdateDate": CREATED,
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    versions = [
        {"VersionId": each, "IsDefaultVersion": each == default, "CreateDate": CREATED} for each in reversed(documents)
    ]
    return {
        "get_policy": {"Policy": found},
        "list_policy_versions": {"Versions": versions},
        "get_policy_version": version,
    }


ABSENT = dict.fromkeys(
    ("get_policy", "list_policy_versions", "get_policy_version", "list_entities_for_policy"), error("NoSuchEntity")
)
MARKS = {"Application": "task-tool", "Environment": "prod", "ManagedBy": "tasktool-infra"}
