"""Everything that stands in an account and in a cluster, read without anything of the product."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

CHANCE = frozenset(
    {
        "ResponseMetadata",
        "RoleId",
        "PolicyId",
        "TableId",
        "IndexArn",
        "LatestStreamLabel",
        "ETag",
        "LastModified",
        "repositoryUri",
        "imagePushedAt",
        "createdAt",
        "lastEvaluatedAt",
        "CreationDateTime",
        "RoleLastUsed",
        "UpdateDate",
        "EarliestRestorableDateTime",
        "LatestRestorableDateTime",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "lastTransitionTime",
        "lastUpdateTime",
        "time",
        "clusterIP",
        "clusterIPs",
    }
)
"""What two runs never have in common: ids and times."""
SAME = {"BucketKeyEnabled": False}
"""What S3 says of a bucket key where none was asked for, or leaves out."""
Found = dict[str, Any]


def aws_view(client: Any) -> Found:
    """Give what an account holds, by what it is; ``client`` gives the botocore client of a service."""
    parts = (_repositories(client("ecr")), _tables(client("dynamodb")), _buckets(client("s3")), _iam(client("iam")))
    return {name: plain(value) for part in parts for name, value in part}


def cluster_view(objects: Iterable[Any]) -> Found:
    """Give the objects of a cluster, by kind and name."""
    return {f"{each['kind']} {_place(each)}": plain(_wanted(each)) for each in objects}


def _wanted(each: Any) -> Any:
    """Give an object, one that the cluster itself has made without who wrote what of it: they do so in any order."""
    if each["kind"] != "Certificate" and not each["metadata"].get("ownerReferences"):
        return each
    return {**each, "metadata": {**each["metadata"], "managedFields": []}}


def plain(value: Any) -> Any:
    """Give a value without what is different every time, and with lists whose order means nothing sorted."""
    if isinstance(value, dict):
        said = {key: each for key, each in value.items() if SAME.get(key, ...) != each}
        return {key: plain(each) for key, each in said.items() if key not in CHANCE and not key.endswith("Date")}
    if isinstance(value, list):
        # Controllers write what they see, in whichever order they see it.
        value = [each for each in value if not (isinstance(each, dict) and each.get("subresource") == "status")]
        return sorted((plain(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True, default=str))
    if isinstance(value, str):
        return _parsed(value)
    return value if isinstance(value, int | float | bool | None) else str(value)


def differences(found: Found, wanted: Found) -> list[str]:
    """Give what of one view differs from another, a line each."""
    return list(_differences("", found, wanted))


def _differences(path: str, found: Any, wanted: Any) -> Iterator[str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for name in sorted(found.keys() | wanted.keys()):
            yield from _differences(f"{path} > {name}" if path else name, found.get(name), wanted.get(name))
    elif found != wanted:
        yield f"{path}: {json.dumps(found)} instead of {json.dumps(wanted)}"


def _parsed(text: str) -> Any:
    """Give a policy document, which is a text in most answers, as what it says."""
    if text.startswith(("{", "%7B")):
        return plain(json.loads(unquote(text)))
    return text


def _place(each: Any) -> str:
    metadata = each["metadata"]
    return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


def _maybe(client: Any, operation: str, **parameters: Any) -> Any:
    """Give an answer, or the code of the error where something is not set."""
    try:
        return getattr(client, operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]


def _all(client: Any, operation: str, **parameters: Any) -> Any:
    return client.get_paginator(operation).paginate(**parameters).build_full_result()


def _repositories(ecr: Any) -> Iterator[tuple[str, Any]]:
    for each in _all(ecr, "describe_repositories")["repositories"]:
        name = each["repositoryName"]
        yield (
            f"repository {name}",
            {
                **each,
                "tags": ecr.list_tags_for_resource(resourceArn=each["repositoryArn"])["tags"],
                "lifecycle": _maybe(ecr, "get_lifecycle_policy", repositoryName=name),
                "images": _all(ecr, "list_images", repositoryName=name)["imageIds"],
            },
        )


def _tables(dynamodb: Any) -> Iterator[tuple[str, Any]]:
    for name in _all(dynamodb, "list_tables")["TableNames"]:
        table = dynamodb.describe_table(TableName=name)["Table"]
        yield (
            f"table {name}",
            {
                **table,
                "tags": _all(dynamodb, "list_tags_of_resource", ResourceArn=table["TableArn"])["Tags"],
                "backups": dynamodb.describe_continuous_backups(TableName=name),
                "ttl": dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
            },
        )


SETTINGS = (
    "get_bucket_ownership_controls",
    "get_public_access_block",
    "get_bucket_encryption",
    "get_bucket_versioning",
    "get_bucket_policy",
    "get_bucket_lifecycle_configuration",
    "get_bucket_tagging",
    "get_bucket_acl",
    "get_bucket_location",
    "list_object_versions",
    "list_multipart_uploads",
)


def _buckets(s3: Any) -> Iterator[tuple[str, Any]]:
    for each in s3.list_buckets()["Buckets"]:
        name = each["Name"]
        yield f"bucket {name}", {setting: _maybe(s3, setting, Bucket=name) for setting in SETTINGS}


def _iam(iam: Any) -> Iterator[tuple[str, Any]]:
    for each in _all(iam, "list_roles")["Roles"]:
        yield f"role {each['Arn']}", _role(iam, each["RoleName"])
    for each in _all(iam, "list_policies", Scope="Local")["Policies"]:
        yield f"policy {each['Arn']}", _policy(iam, each["Arn"])
    for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        yield f"provider {each['Arn']}", iam.get_open_id_connect_provider(OpenIDConnectProviderArn=each["Arn"])


def _role(iam: Any, name: str) -> Any:
    return {
        **iam.get_role(RoleName=name)["Role"],
        "attached": _all(iam, "list_attached_role_policies", RoleName=name)["AttachedPolicies"],
        "inline": _all(iam, "list_role_policies", RoleName=name)["PolicyNames"],
    }


def _policy(iam: Any, arn: str) -> Any:
    versions = _all(iam, "list_policy_versions", PolicyArn=arn)["Versions"]
    documents = (iam.get_policy_version(PolicyArn=arn, VersionId=each["VersionId"]) for each in versions)
    return {**iam.get_policy(PolicyArn=arn)["Policy"], "versions": [each["PolicyVersion"] for each in documents]}
