"""What ``permissions`` prints: JSON, under a heading each where there is more than one thing to print."""

import json
from typing import Any

from tasktool_infra.least_privilege.grant import Grant
from tasktool_infra.report.words import unheard


@unheard()
def show(found: Grant, *, iam: bool, rbac: bool) -> None:
    """Print the IAM policies, the Kubernetes roles, or both."""
    titled = iam and rbac
    total = len(found.policies)
    for number, policy in enumerate(found.policies if iam else (), start=1):
        which = f" {number} of {total}" if total > 1 else ""
        _print(f"IAM policy{which} for {found.command} of {found.environment}", policy.to_dict(), titled=titled)
    if rbac:
        group = found.roles["items"][0]["metadata"]["name"]
        _print(f"Kubernetes roles, bound to the group {group}", found.roles, titled=titled)


def _print(title: str, data: object, *, titled: bool) -> None:
    if titled:
        print(f"# {title}")
    print(json.dumps(data, indent=2, ensure_ascii=False), flush=True)


def permissions_data(found: Grant, *, iam: bool, rbac: bool) -> dict[str, Any]:
    """Give the record of what a command must be allowed, for machines; what was not asked for is empty."""
    return {
        "type": "permissions",
        "environment": found.environment,
        "for": found.command,
        "policies": [policy.to_dict() for policy in found.policies] if iam else [],
        "roles": found.roles if rbac else {},
    }
