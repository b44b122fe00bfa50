"""All that a command must be allowed for one environment: the AWS side and the cluster's."""

from typing import Any

from attrs import frozen

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.engine.errors import Problem, Refused, TasktoolError
from tasktool_infra.engine.resource import Resource
from tasktool_infra.least_privilege.cluster import needed_rights
from tasktool_infra.least_privilege.needed import COMMANDS, needed
from tasktool_infra.least_privilege.policy import policies
from tasktool_infra.least_privilege.roles import roles
from tasktool_infra.rendering import rendered
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target
from tasktool_infra.task_tool import APPLICATION, Facts, iam_names, task_tool


@frozen(kw_only=True)
class Grant:
    """What a command needs for an environment: IAM policies to attach all of, and a List of RBAC objects to apply."""

    environment: str
    command: str
    policies: tuple[Document, ...]
    roles: dict[str, Any]


def grant(environment: Environment, command: str, target: Target) -> Grant:
    """Give what a command needs, whatever state the environment is in. Calls nobody.

    Takes ``plan``, ``provision``, ``teardown`` or ``verify``, and where the environment is. Raises TasktoolError for
    another command, and Refused where the cluster's issuer is not known or AWS is not used at all.
    """
    if command not in COMMANDS:
        raise TasktoolError(f"There is no command {command!r}.", next_step=_known(), problem=Problem.USAGE)
    if environment.aws != ACCOUNT:
        raise Refused(f"{environment.name} uses no AWS account: its emulator lets everybody in.")
    if not target.issuer:
        step = "Set `oidc_provider_url` (aws eks describe-cluster shows it), or name the cluster and have access to it."
        raise Refused("The cluster's issuer is not known, and with it the OIDC provider.", next_step=step)
    resources = resources_of(environment, target)
    attachable = [each.arn for each in resources if isinstance(each, Policy)]
    names = iam_names(environment, [each.key for each in resources])
    granted = needed(command, resources, target.place, names, environment.eks_cluster_name or "")
    return Grant(
        environment=environment.name,
        command=command,
        policies=policies(granted, attachable),
        roles=roles(f"{APPLICATION}-{environment.name}-{command}", needed_rights(command, resources)),
    )


def _known() -> str:
    return f"Known: {', '.join(COMMANDS)}."


def resources_of(environment: Environment, target: Target) -> tuple[Resource, ...]:
    """Give every resource of an environment at its target. Calls nobody."""
    facts = Facts(place=target.place, issuer=target.issuer)
    return task_tool(environment, facts, rendered(environment, target.place))
