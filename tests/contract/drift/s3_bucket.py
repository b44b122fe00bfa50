"""What somebody does to a bucket behind our back."""

import json
from typing import Any

from tasktool_infra.aws.s3_bucket import OLD_VERSIONS, UNFINISHED_UPLOADS, Bucket
from tasktool_infra.aws.s3_settings import TLS_SID
from tests.contract.drift import drift, of_module

SERVICE = "s3"
MARK = "ManagedBy"


def tags_of(s3: Any, bucket: Bucket) -> dict[str, str]:
    found = s3.get_bucket_tagging(Bucket=bucket.name)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def put_tags(s3: Any, bucket: Bucket, tags: dict[str, str]) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    s3.put_bucket_tagging(Bucket=bucket.name, Tagging={"TagSet": listed})


def statements_of(s3: Any, bucket: Bucket) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(s3.get_bucket_policy(Bucket=bucket.name)["Policy"])["Statement"]
    return found


def put_policy(s3: Any, bucket: Bucket, statements: list[dict[str, Any]]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3.put_bucket_policy(Bucket=bucket.name, Policy=document)


def foreign_statement(bucket: Bucket) -> dict[str, Any]:
    return {
        "Sid": "Others",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{bucket.place.account}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket.name}/public/*",
    }


@drift("versioning suspended", "versioning", writes=("put_bucket_versioning",))
def suspended(s3: Any, bucket: Bucket) -> None:
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"})


@drift("policy deleted", "tls_only", writes=("put_bucket_policy",))
def policy_deleted(s3: Any, bucket: Bucket) -> None:
    s3.delete_bucket_policy(Bucket=bucket.name)


@drift("policy statement replaced", "tls_only", writes=("put_bucket_policy",), kept=("policy statement Others",))
def statement_replaced(s3: Any, bucket: Bucket) -> None:
    put_policy(s3, bucket, [foreign_statement(bucket)])


@drift("policy statement weakened", "tls_only", writes=("put_bucket_policy",))
def statement_weakened(s3: Any, bucket: Bucket) -> None:
    [statement] = statements_of(s3, bucket)
    put_policy(s3, bucket, [{**statement, "Action": "s3:GetObject"}])


@drift("environment tag removed", "tags[Environment]", writes=("put_bucket_tagging",), kept=("tag team",))
def tag_removed(s3: Any, bucket: Bucket) -> None:
    put_tags(s3, bucket, {MARK: bucket.tags[MARK], "Application": bucket.tags["Application"], "team": "blue"})


@drift(
    "lifecycle deleted",
    f"lifecycle[{OLD_VERSIONS}]",
    f"lifecycle[{UNFINISHED_UPLOADS}]",
    writes=("put_bucket_lifecycle_configuration",),
)
def lifecycle_deleted(s3: Any, bucket: Bucket) -> None:
    s3.delete_bucket_lifecycle(Bucket=bucket.name)


@drift("lifecycle rule disabled", f"lifecycle[{OLD_VERSIONS}]", writes=("put_bucket_lifecycle_configuration",))
def rule_disabled(s3: Any, bucket: Bucket) -> None:
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket.name)["Rules"]
    changed = [{**rule, "Status": "Disabled"} if rule["ID"] == OLD_VERSIONS else rule for rule in rules]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket.name, LifecycleConfiguration={"Rules": changed})


@drift("public access opened", "public_access_blocked", writes=("put_public_access_block",))
def opened(s3: Any, bucket: Bucket) -> None:
    s3.delete_public_access_block(Bucket=bucket.name)


@drift("public access half opened", "public_access_blocked", writes=("put_public_access_block",))
def half_opened(s3: Any, bucket: Bucket) -> None:
    blocks = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False}
    s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=blocks)


@drift("ownership changed", "object_ownership", writes=("put_bucket_ownership_controls",))
def ownership_changed(s3: Any, bucket: Bucket) -> None:
    rules = [{"ObjectOwnership": "ObjectWriter"}]
    s3.put_bucket_ownership_controls(Bucket=bucket.name, OwnershipControls={"Rules": rules})


@drift("encryption changed", "encryption", writes=("put_bucket_encryption",))
def encryption_changed(s3: Any, bucket: Bucket) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration={"Rules": [rule]})


@drift("foreign tag", kept=("tag team",))
def foreign_tag(s3: Any, bucket: Bucket) -> None:
    put_tags(s3, bucket, {**tags_of(s3, bucket), "team": "blue"})


@drift("foreign rule", kept=("lifecycle rule others",))
def foreign_rule(s3: Any, bucket: Bucket) -> None:
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket.name)["Rules"]
    rule = {"ID": "others", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 9}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket.name, LifecycleConfiguration={"Rules": [*rules, rule]})


@drift("foreign statement", kept=("policy statement Others",))
def statement_added(s3: Any, bucket: Bucket) -> None:
    statements = statements_of(s3, bucket)
    assert [statement["Sid"] for statement in statements] == [TLS_SID]
    put_policy(s3, bucket, [*statements, foreign_statement(bucket)])


@drift(
    "everything at once",
    "versioning",
    "public_access_blocked",
    "tls_only",
    writes=("put_public_access_block", "put_bucket_versioning", "put_bucket_policy"),
)
def everything(s3: Any, bucket: Bucket) -> None:
    s3.delete_public_access_block(Bucket=bucket.name)
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=bucket.name)


@drift("full of objects")
def full(s3: Any, bucket: Bucket) -> None:
    for body in (b"old", b"new"):
        s3.put_object(Bucket=bucket.name, Key="kept/object", Body=body)
    s3.delete_object(Bucket=bucket.name, Key="kept/object")
    s3.create_multipart_upload(Bucket=bucket.name, Key="unfinished")


DRIFTS = of_module(globals())
