"""All that a command must be allowed for one environment: the AWS side and the cluster's."""

from typing import Any

from attrs import evolve, frozen

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.engine.errors import Problem, Refused, TasktoolError
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.rbac import Right
from tasktool_infra.least_privilege.cluster import needed_rights
from tasktool_infra.least_privilege.needed import ANY, COMMANDS, INIT, needed
from tasktool_infra.least_privilege.policy import policies
from tasktool_infra.least_privilege.roles import roles
from tasktool_infra.rendering import rendered
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT, bucket_of
from tasktool_infra.target import Target
from tasktool_infra.task_tool import APPLICATION, Facts, iam_names, task_tool


@frozen(kw_only=True)
class Grant:
    """What a command needs for an environment.

    ``needs`` are the actions in AWS, of which those that attach take ``attachable`` policies only; ``rights`` those in
    the cluster.
    """

    environment: str
    command: str
    needs: frozenset[Need]
    attachable: tuple[str, ...]
    rights: frozenset[Right]

    @property
    def policies(self) -> tuple[Document, ...]:
        """IAM policies to attach all of."""
        return policies(self.needs, self.attachable)

    @property
    def roles(self) -> dict[str, Any]:
        """A List of RBAC objects to apply."""
        return roles(f"{APPLICATION}-{self.environment}-{self.command}", self.rights)


def grant(environment: Environment, command: str, target: Target) -> Grant:
    """Give what a command needs, whatever state the environment is in. Calls nobody.

    Takes one of :data:`COMMANDS`, and where the environment is. Raises TasktoolError for another command, and Refused
    where AWS is not used at all, or where the cluster's issuer is not known: ``init`` alone is to find it out.
    """
    if command not in COMMANDS:
        raise TasktoolError(f"There is no command {command!r}.", next_step=_known(), problem=Problem.USAGE)
    if environment.aws != ACCOUNT:
        raise Refused(
            f"{environment.name} uses no AWS account: its emulator lets everybody in.",
            next_step="Nothing has to be allowed. Name an environment that is in an account.",
        )
    if not target.issuer and command != INIT:
        step = "Set `oidc_provider_url` (aws eks describe-cluster shows it), or name the cluster and have access to it."
        why = f"\n{target.cluster}" if isinstance(target.cluster, TasktoolError) else ""
        raise Refused(f"The cluster's issuer is not known, and with it the OIDC provider.{why}", next_step=step)
    resources = resources_of(environment, target)
    return Grant(
        environment=environment.name,
        command=command,
        needs=_needs(command, environment, target, resources),
        attachable=tuple(each.arn for each in resources if isinstance(each, Policy)),
        rights=needed_rights(command, resources),
    )


def _needs(command: str, environment: Environment, target: Target, resources: tuple[Resource, ...]) -> frozenset[Need]:
    names = iam_names(environment, [each.key for each in resources])
    if command != INIT:
        return needed(command, resources, target.place, names, environment.eks_cluster_name or "")
    # It chooses a cluster where none is named, and another bucket where the first is another's.
    cluster = environment.eks_cluster_name or ("" if environment.context else ANY)
    other = resources_of(evolve(environment, bucket=bucket_of(environment.bucket, target.place.account)), target)
    return needed(command, dict.fromkeys((*resources, *other)), target.place, names, cluster)


def _known() -> str:
    return f"Known: {', '.join(COMMANDS)}."


def resources_of(environment: Environment, target: Target) -> tuple[Resource, ...]:
    """Give every resource of an environment at its target; without an issuer the provider is any. Calls nobody."""
    facts = Facts(place=target.place, issuer=target.issuer or f"https://{ANY}")
    return task_tool(environment, facts, rendered(environment, target.place))
