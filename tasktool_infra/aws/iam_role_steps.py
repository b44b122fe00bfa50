"""The steps that repair a role: its settings one by one, and what is attached to it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tasktool_infra.aws import tags
from tasktool_infra.aws.iam_shared import take
from tasktool_infra.aws.iam_trust import strangers
from tasktool_infra.engine.calls import Call, Step, write

if TYPE_CHECKING:
    from tasktool_infra.aws.iam_role import Role

MOST_POLICIES = 10
"""How many managed policies a role can hold unless AWS raised it. Source: IAM user guide, quotas."""


def creation(wanted: "Role") -> dict[str, Any]:
    """Give the parameters of CreateRole: all but what can only be attached afterwards."""
    boundary = {"PermissionsBoundary": wanted.permissions_boundary} if wanted.permissions_boundary else {}
    return {
        **wanted.address,
        "Path": wanted.path,
        "AssumeRolePolicyDocument": wanted.trust.to_json(),
        "MaxSessionDuration": wanted.max_session_duration,
        **boundary,
        **({"Tags": tags.to_list(wanted.tags)} if wanted.tags else {}),
    }


def settings(wanted: "Role", live: "Role") -> Iterator[Step]:
    """Give a step for trust, boundary and longest session, where they differ."""
    if live.trust != wanted.trust:
        parameters = {**wanted.address, "PolicyDocument": wanted.trust.to_json()}
        removes = strangers(live.trust, wanted.trust)
        yield write("iam", "update_assume_role_policy", parameters, "set the trust", removes=removes)
    if wanted.permissions_boundary and live.permissions_boundary != wanted.permissions_boundary:
        yield _bound(wanted, live)
    if live.max_session_duration != wanted.max_session_duration:
        # The call sets description and duration together, so that what is there must be said again.
        description = {"Description": live.description} if live.description else {}
        parameters = {**wanted.address, **description, "MaxSessionDuration": wanted.max_session_duration}
        yield write("iam", "update_role", parameters, "set the longest session")


def _bound(wanted: "Role", live: "Role") -> Call:
    parameters = {**wanted.address, "PermissionsBoundary": wanted.permissions_boundary}
    removes = f"permissions boundary {live.permissions_boundary}" if live.permissions_boundary else ""
    return write("iam", "put_role_permissions_boundary", parameters, "set the permissions boundary", removes=removes)


def attachments(wanted: "Role", live: "Role") -> Iterator[Step]:
    """Give a step for each policy that is missing or too many.

    Attaching comes first, so that the application never lacks a right in between, unless there is no room.
    """
    missing = [attach(wanted, arn) for arn in sorted(wanted.policies - live.policies)]
    foreign = [detach(wanted, arn, f"policy {arn}") for arn in sorted(live.policies - wanted.policies)]
    full = len(live.policies | wanted.policies) > MOST_POLICIES
    yield from (*foreign, *missing) if full else (*missing, *foreign)
    for name in sorted(live.inline_policies - wanted.inline_policies):
        yield delete_inline(wanted, name, f"inline policy {name}")


def attach(role: "Role", arn: str) -> Call:
    """Give the step that attaches a policy."""
    return write("iam", "attach_role_policy", {**role.address, "PolicyArn": arn}, f"attach {_name(arn)}")


def detach(role: "Role", arn: str, removes: str = "") -> Call:
    """Give the step that detaches a policy."""
    return take("detach_role_policy", {**role.address, "PolicyArn": arn}, f"detach {_name(arn)}", removes=removes)


def delete_inline(role: "Role", name: str, removes: str = "") -> Call:
    """Give the step that deletes an inline policy."""
    parameters = {**role.address, "PolicyName": name}
    return take("delete_role_policy", parameters, f"delete the inline policy {name}", removes=removes)


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
