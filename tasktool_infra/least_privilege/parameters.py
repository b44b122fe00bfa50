"""What calls about a resource name of it: all parameters by which the tables of actions tell its ARNs."""

from collections.abc import Callable
from typing import Any

from tasktool_infra.engine.resource import Resource


def _table(table: Any) -> dict[str, Any]:
    key = {"SSESpecification": {"KMSMasterKeyId": table.kms_key_arn}} if table.kms_key_arn else {}
    return {"TableName": table.name, "ResourceArn": table.arn, "Tags": (), **key}


def _bucket(bucket: Any) -> dict[str, Any]:
    return {"Bucket": bucket.name, "Key": "*", "CreateBucketConfiguration": {"Tags": ()}}


def _policy(policy: Any) -> dict[str, Any]:
    return {
        "PolicyArn": policy.arn,
        "PolicyName": policy.name,
        "Path": policy.path,
        "RoleName": tuple(sorted(policy.roles)),
        "Tags": (),
    }


def _role(role: Any) -> dict[str, Any]:
    return {"RoleName": role.name, "Path": role.path, "Tags": ()}


def _provider(provider: Any) -> dict[str, Any]:
    return {"OpenIDConnectProviderArn": provider.arn, "Url": provider.url, "Tags": ()}


def _repository(repository: Any) -> dict[str, Any]:
    names = {"repositoryName": repository.name, "repositoryNames": (repository.name,)}
    return {**names, "resourceArn": repository.arn, "tags": ()}


def _image(image: Any) -> dict[str, Any]:
    return {"repositoryName": image.repository}


_BY_KIND: dict[str, Callable[[Any], dict[str, Any]]] = {
    "dynamodb_table": _table,
    "ecr_image": _image,
    "ecr_repository": _repository,
    "iam_oidc_provider": _provider,
    "iam_policy": _policy,
    "iam_role": _role,
    "s3_bucket": _bucket,
}


def parameters(resource: Resource) -> dict[str, Any]:
    """Give the parameters that calls about an AWS resource may have."""
    return _BY_KIND[resource.kind](resource)
