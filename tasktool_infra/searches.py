"""What a run looks for besides what it wants: whatever carries the environment's mark and is wanted no longer."""

from collections.abc import Iterable

from tasktool_infra.aws.strays import Strays
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.survey import Item
from tasktool_infra.engine.unwanted import Finder
from tasktool_infra.kube.applyset import ApplySet
from tasktool_infra.kube.members import Members
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.strays import KubeStrays
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target
from tasktool_infra.task_tool import iam_names, owner_of


def searches(environment: Environment, target: Target, items: Iterable[Item], *, removing: bool) -> tuple[Finder, ...]:
    """Give what looks for it: in AWS, and in the cluster where that can be asked.

    An emulator of AWS in the cluster is the environment's own: nothing else can be in it.
    """
    listed = tuple(items)
    resources = tuple(item for item in listed if isinstance(item, Resource))
    wanted = frozenset(item.key for item in listed)
    in_aws = [_in_aws(environment, target, resources, wanted)] if environment.aws == ACCOUNT else []
    access = [_access(environment, item, wanted) for item in resources if isinstance(item, Namespace)]
    members = [_members(item, resources, removing=removing) for item in resources if isinstance(item, ApplySet)]
    return (*in_aws, *access, *members)


def _in_aws(
    environment: Environment, target: Target, resources: tuple[Resource, ...], wanted: frozenset[Key]
) -> Strays:
    return Strays(
        key=Key("strays", f"aws/{environment.name}"),
        layer="aws",
        owner=owner_of(environment),
        place=target.place,
        names=iam_names(environment, wanted),
        wanted=wanted,
        outlives=tuple(resource for resource in resources if resource.layer != "aws"),
    )


def _access(environment: Environment, namespace: Namespace, wanted: frozenset[Key]) -> KubeStrays:
    return KubeStrays(
        key=Key("strays", f"kubernetes/{environment.name}"),
        layer=namespace.layer,
        owner=owner_of(environment),
        namespace=namespace,
        wanted=wanted,
    )


def _members(parent: ApplySet, resources: tuple[Resource, ...], *, removing: bool) -> Members:
    key = Key("members", parent.key.identity)
    return Members(key=key, layer=parent.layer, apply_set=parent, wanted=resources, everything=removing)
