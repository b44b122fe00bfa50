"""What somebody does to a role behind our back."""

import json
from typing import Any

from tasktool_infra.aws.iam_role import Role
from tests.contract.drift import drift, of_module

SERVICE = "iam"
ADMINISTRATOR = "arn:aws:iam::123456789012:policy/examples-of-roles-PutObject"


@drift("trust changed", "trust", writes=("update_assume_role_policy",))
def trust_changed(iam: Any, role: Role) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=document)


@drift("policy detached", f"policies[{ADMINISTRATOR.replace('Put', 'Get')}]", writes=("attach_role_policy",))
def detached(iam: Any, role: Role) -> None:
    for policy in role.policies:
        iam.detach_role_policy(RoleName=role.name, PolicyArn=policy)


@drift("foreign policy attached", f"policies[{ADMINISTRATOR}]", writes=("detach_role_policy",))
def attached(iam: Any, role: Role) -> None:
    iam.attach_role_policy(RoleName=role.name, PolicyArn=ADMINISTRATOR)


@drift("inline policy added", "inline_policies[foreign]", writes=("delete_role_policy",))
def inline(iam: Any, role: Role) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role.name, PolicyName="foreign", PolicyDocument=document)


@drift("longer sessions", "max_session_duration", writes=("update_role",))
def longer(iam: Any, role: Role) -> None:
    iam.update_role(RoleName=role.name, Description="by hand", MaxSessionDuration=7200)


@drift("environment tag removed", "tags[Environment]", writes=("tag_role",))
def tag_removed(iam: Any, role: Role) -> None:
    iam.untag_role(RoleName=role.name, TagKeys=["Environment"])


@drift("foreign tag", kept=("tag cost",))
def foreign_tag(iam: Any, role: Role) -> None:
    iam.tag_role(RoleName=role.name, Tags=[{"Key": "cost", "Value": "9"}])


@drift("a restriction by an administrator", kept=(f"permissions boundary {ADMINISTRATOR}",))
def bounded(iam: Any, role: Role) -> None:
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=ADMINISTRATOR)


@drift("boundary removed", "permissions_boundary", writes=("put_role_permissions_boundary",), only="bounded")
def unbounded(iam: Any, role: Role) -> None:
    iam.delete_role_permissions_boundary(RoleName=role.name)


DRIFTS = of_module(globals())
