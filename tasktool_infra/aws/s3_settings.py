"""The sub-resources of a bucket: for each, how it is read, what it says, and how it is put.

Source: S3 API reference. A put replaces the whole sub-resource, so what others added is read, kept and put again.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tasktool_infra.aws import tags
from tasktool_infra.aws.documents import Document
from tasktool_infra.engine.calls import GONE, Call, Meaning, write
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw

if TYPE_CHECKING:
    from tasktool_infra.aws.s3_bucket import Bucket

FORBIDDEN, UNSET = Meaning("forbidden"), Meaning("unset")
TLS_SID = "TasktoolTlsOnly"
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@frozen(kw_only=True)
class Setting:
    """One sub-resource: ``field`` of the bucket, the operations, the code for absence, and the way between the two.

    ``value`` gives the field from the answer (None when unset), ``body`` the parameters of the put, ``new`` what it is
    in a bucket that was just made. Source: S3 user guide, "Default settings for new S3 buckets FAQ": since 2023 objects
    are encrypted with AES256, public access is blocked, and access control lists are off.
    """

    field: str
    get: str
    put: str
    absent: str
    value: "Callable[[Bucket, Any], Any]"
    body: "Callable[[Bucket, Bucket], dict[str, Any]]"
    says: str
    new: Any

    def read(self, bucket: "Bucket") -> Call:
        """Give the call that reads it."""
        expects = {"NoSuchBucket": GONE, "AccessDenied": FORBIDDEN, self.absent: UNSET}
        return Call("s3", self.get, bucket.address, expects=expects)

    def write(self, wanted: "Bucket", live: "Bucket") -> Call:
        """Give the call that puts it as wanted, with what others added."""
        return write("s3", self.put, {**wanted.address, **self.body(wanted, live)}, self.says)


def tls_statement(bucket: "Bucket") -> dict[str, Any]:
    """Give the statement that denies everything without TLS. Source: AWS Security Hub, control S3.5."""
    arn = f"arn:{bucket.place.partition}:s3:::{bucket.name}"
    return {
        "Sid": TLS_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def bare(rule: FrozenDict[Any]) -> FrozenDict[Any]:
    """Give a lifecycle rule without its ID and without a filter that selects everything."""
    everything: tuple[dict[str, str], ...] = ({}, {"Prefix": ""})
    return FrozenDict(
        {
            k: v
            for k, v in rule.items()
            if k != "ID" and not (k == "Prefix" and v == "") and not (k == "Filter" and v in everything)
        }
    )


def _ownership(_: "Bucket", answer: Any) -> str:
    return str(answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]) if answer else ""


def _blocked(_: "Bucket", answer: Any) -> bool:
    return bool(answer) and all(answer["PublicAccessBlockConfiguration"].get(block) for block in BLOCKS)


def _rule(answer: Any) -> dict[str, Any]:
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"] if answer else [{}]
    return dict(rules[0])


def _encryption(_: "Bucket", answer: Any) -> str:
    return str(_rule(answer).get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", ""))


def _put_encryption(wanted: "Bucket", live: "Bucket") -> dict[str, Any]:
    kept = {k: v for k, v in thaw(live.found_encryption).items() if k != "ApplyServerSideEncryptionByDefault"}
    rule = {**kept, "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": wanted.encryption}}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def _tls_only(bucket: "Bucket", answer: Any) -> bool:
    if not answer:
        return False
    return Document.parse(answer["Policy"]).includes(Document.parse({"Statement": [tls_statement(bucket)]}))


def _put_policy(wanted: "Bucket", live: "Bucket") -> dict[str, Any]:
    policy = (
        Document.parse(live.found_policy)
        if live.found_policy
        else Document.parse({"Version": "2012-10-17", "Statement": []})
    )
    return {"Policy": policy.merge([tls_statement(wanted)]).to_json()}


def _lifecycle(bucket: "Bucket", answer: Any) -> FrozenDict[Any]:
    rules = freeze(answer["Rules"]) if answer else ()
    return FrozenDict({rule["ID"]: bare(rule) for rule in rules if rule.get("ID") in bucket.lifecycle})


def _put_lifecycle(wanted: "Bucket", live: "Bucket") -> dict[str, Any]:
    others = [thaw(rule) for rule in live.found_rules if rule.get("ID") not in wanted.lifecycle]
    ours = [{"ID": name, "Filter": {"Prefix": ""}, **thaw(rule)} for name, rule in wanted.lifecycle.items()]
    return {"LifecycleConfiguration": {"Rules": [*others, *ours]}}


SETTINGS = (
    Setting(
        field="object_ownership",
        get="get_bucket_ownership_controls",
        put="put_bucket_ownership_controls",
        absent="OwnershipControlsNotFoundError",
        value=_ownership,
        body=lambda wanted, _: {"OwnershipControls": {"Rules": [{"ObjectOwnership": wanted.object_ownership}]}},
        says="make the bucket's owner own all objects",
        new="BucketOwnerEnforced",
    ),
    Setting(
        field="public_access_blocked",
        get="get_public_access_block",
        put="put_public_access_block",
        absent="NoSuchPublicAccessBlockConfiguration",
        value=_blocked,
        body=lambda wanted, _: {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, wanted.public_access_blocked)},
        says="block public access",
        new=True,
    ),
    Setting(
        field="encryption",
        get="get_bucket_encryption",
        put="put_bucket_encryption",
        absent="ServerSideEncryptionConfigurationNotFoundError",
        value=_encryption,
        body=_put_encryption,
        says="set the default encryption",
        new="AES256",
    ),
    Setting(
        field="versioning",
        get="get_bucket_versioning",
        put="put_bucket_versioning",
        absent="",
        value=lambda _, answer: bool(answer) and answer.get("Status") == "Enabled",
        body=lambda wanted, _: {"VersioningConfiguration": {"Status": "Enabled" if wanted.versioning else "Suspended"}},
        says="set versioning",
        new=False,
    ),
    Setting(
        field="tls_only",
        get="get_bucket_policy",
        put="put_bucket_policy",
        absent="NoSuchBucketPolicy",
        value=_tls_only,
        body=_put_policy,
        says="deny requests without TLS",
        new=False,
    ),
    Setting(
        field="lifecycle",
        get="get_bucket_lifecycle_configuration",
        put="put_bucket_lifecycle_configuration",
        absent="NoSuchLifecycleConfiguration",
        value=_lifecycle,
        body=_put_lifecycle,
        says="set the lifecycle rules",
        new=FrozenDict(),
    ),
    Setting(
        field="tags",
        get="get_bucket_tagging",
        put="put_bucket_tagging",
        absent="NoSuchTagSet",
        value=lambda bucket, answer: bucket.tag_state(tags.from_list(answer["TagSet"]) if answer else {})["tags"],
        body=lambda wanted, live: {"Tagging": {"TagSet": tags.to_list(live.found_tags | wanted.tags)}},
        says="put the tags",
        new=FrozenDict(),
    ),
)
