"""What a call is about: the same for every call to one resource, whichever way the API names it there."""

from typing import Any

from tasktool_infra.engine.calls import Call

NAMES = (
    "Bucket",
    "TableName",
    "RoleName",
    "PolicyArn",
    "PolicyName",
    "repositoryName",
    "repositoryNames",
    "ResourceArn",
    "resourceArn",
    "OpenIDConnectProviderArn",
    "Url",
    "name",
)
Subject = tuple[str, str]


def subject(call: Call) -> Subject:
    """Give the service and the last part of the name or ARN; empty where a call is about nothing of that sort."""
    parameters = {**call.parameters, **_of_object(call)}
    if call.service == "iam" and "RoleName" in parameters:
        return "iam", str(parameters["RoleName"])
    named = next((parameters[name] for name in NAMES if name in parameters), "")
    name = str(named if isinstance(named, str) else next(iter(named), ""))
    return call.service, name.rpartition("/")[2] if name.startswith(("arn:", "https:")) else name.rpartition(":")[2]


def _of_object(call: Call) -> dict[str, Any]:
    metadata = call.parameters.get("manifest", {}).get("metadata", {})
    return {"name": metadata["name"]} if metadata else {}
