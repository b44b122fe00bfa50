"""What somebody does to a policy behind our back."""

import json
from typing import Any

from tasktool_infra.aws.iam_policy import Policy
from tests.contract.drift import drift, of_module

SERVICE = "iam"


def version(iam: Any, policy: Policy, action: str) -> str:
    """Make a version of one's own the default."""
    statement = {"Effect": "Allow", "Action": f"s3:{action}", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_policy_version(PolicyArn=policy.arn, PolicyDocument=document, SetAsDefault=True)
    return str(made["PolicyVersion"]["VersionId"])


def delete_first(iam: Any, policy: Policy) -> None:
    iam.delete_policy_version(PolicyArn=policy.arn, VersionId="v1")


@drift("another default, ours still there", "document", writes=("set_default_policy_version",))
def another_default(iam: Any, policy: Policy) -> None:
    version(iam, policy, "PutObject")


@drift("another default, ours gone", "document", writes=("create_policy_version",))
def ours_gone(iam: Any, policy: Policy) -> None:
    version(iam, policy, "PutObject")
    delete_first(iam, policy)


@drift("five versions and a foreign default", "document", writes=("set_default_policy_version",))
def five(iam: Any, policy: Policy) -> None:
    for action in ("PutObject", "DeleteObject", "ListBucket", "GetBucketAcl"):
        version(iam, policy, action)


@drift(
    "five foreign versions and a default in their middle",
    "document",
    writes=("delete_policy_version", "create_policy_version"),
)
def five_foreign(iam: Any, policy: Policy) -> None:
    version(iam, policy, "PutObject")
    delete_first(iam, policy)
    for action in ("DeleteObject", "ListBucket", "GetBucketAcl", "GetObjectAcl"):
        version(iam, policy, action)


@drift("environment tag removed", "tags[Environment]", writes=("tag_policy",))
def tag_removed(iam: Any, policy: Policy) -> None:
    iam.untag_policy(PolicyArn=policy.arn, TagKeys=["Environment"])


@drift("foreign tag", kept=("tag cost",))
def foreign_tag(iam: Any, policy: Policy) -> None:
    iam.tag_policy(PolicyArn=policy.arn, Tags=[{"Key": "cost", "Value": "9"}])


@drift("a version more that is not the default")
def idle_version(iam: Any, policy: Policy) -> None:
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_policy_version(PolicyArn=policy.arn, PolicyDocument=document, SetAsDefault=False)


DRIFTS = of_module(globals())
