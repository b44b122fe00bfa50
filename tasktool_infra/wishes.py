"""What a run wants: the resources of an environment, and placeholders where the target says too little."""

from collections.abc import Callable, Iterable

from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.errors import Problem, Refused, TasktoolError
from tasktool_infra.engine.order import with_requirements
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.survey import Item, Placeholder
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.layers import ACCESS, APP, LAYERS
from tasktool_infra.local_tool import local_tool
from tasktool_infra.rendering import Manifests
from tasktool_infra.searches import searches
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.errors import suggestion
from tasktool_infra.settings.rules import ACCOUNT, EMULATOR
from tasktool_infra.target import COMING, READY, NoSuchCluster, Target
from tasktool_infra.task_tool import Facts, task_tool

Render = Callable[[Environment, Place], Manifests]
DESCRIPTIONS = {ACCOUNT: task_tool, EMULATOR: local_tool}
"""What an environment has, by what AWS is for it."""


def wishes(
    environment: Environment, target: Target, *, removing: bool, cluster_gone: bool, render: Render | None
) -> tuple[Item, ...]:
    """Give what an environment is made of; ``render`` gives the application's manifests, None leaves them out.

    Raises Refused when the cluster is said to be gone and is not, or when the manifests can't be rendered.
    """
    facts = Facts(place=target.place, issuer=target.issuer, images=not removing, embedded=target.sandbox)
    unsaid = _unsaid(environment, target) if render and not removing else None
    manifests = render(environment, target.place) if render and unsaid is None and not cluster_gone else ()
    resources = DESCRIPTIONS[environment.aws](environment, facts, manifests)
    if cluster_gone:
        _check_gone(environment, target)
        aws = tuple(resource for resource in resources if resource.layer == "aws")
        return (*aws, *searches(environment, target, aws, removing=removing))
    items = [_obstacle(resource, target, removing=removing) or resource for resource in resources]
    return (*items, *((unsaid,) if unsaid else ()), *searches(environment, target, items, removing=removing))


def _unsaid(environment: Environment, target: Target) -> Placeholder | None:
    """Give what the application can't do without where people can reach it: its host, and an address for its owner."""
    lines = {"domain": "task.example.com", "email": "you@example.com"}
    missing = [f'{key} = "{example}"' for key, example in lines.items() if not getattr(environment, key)]
    if target.local or not missing:
        return None
    return Placeholder(
        key=Key("manifests", environment.name),
        layer=APP,
        action=Action.REFUSE,
        reason="where the application is reached, and whom the certificate authority writes to, is not said",
        next_step=f"Add to [{environment.name}] in environments.toml:  {'  and  '.join(missing)}",
        problem=Problem.REFUSED.name,
    )


def _check_gone(environment: Environment, target: Target) -> None:
    if isinstance(target.cluster, NoSuchCluster):
        return
    if isinstance(target.cluster, TasktoolError):
        raise target.cluster
    raise Refused(
        f"--cluster-gone was given, but EKS does not say that the cluster {environment.eks_cluster_name} is gone.",
        next_step="Run again without it.",
    )


def _obstacle(resource: Resource, target: Target, *, removing: bool) -> Placeholder | None:
    """Give what stands in the way of even describing or reading a resource."""
    if resource.layer == ACCESS or isinstance(resource, KubeObject):
        return _no_cluster(resource, target, removing=removing)
    if resource.kind != "iam_role" or target.issuer or removing:
        return None
    if isinstance(target.cluster, TasktoolError):
        return _error(resource, target.cluster)
    if isinstance(target.cluster, Cluster):
        return _waits(resource, target.cluster)
    reason = "whom the role is to trust is not known: no cluster is named and no issuer"
    return _refused(resource, reason, "Set `eks_cluster_name` or `oidc_provider_url`.")


def _no_cluster(resource: Resource, target: Target, *, removing: bool) -> Placeholder | None:
    cluster = target.cluster
    if isinstance(cluster, NoSuchCluster) and removing:
        return _refused(resource, cluster.message, "If it is gone for good, run again with --cluster-gone.")
    if isinstance(cluster, TasktoolError):
        return _error(resource, cluster)
    if isinstance(cluster, Cluster) and cluster.status in COMING:
        return _waits(resource, cluster)
    if isinstance(cluster, Cluster) and cluster.status not in READY:
        return _refused(resource, f"the cluster {cluster.name} is {cluster.status}", "Choose a cluster that is ACTIVE.")
    if cluster is None and not target.context:
        return _refused(resource, "no cluster is named", "Set `eks_cluster_name` or `context`, or use --only aws.")
    return None


def _waits(resource: Resource, cluster: Cluster) -> Placeholder:
    return Placeholder(
        key=resource.key,
        layer=resource.layer,
        action=Action.WAITING,
        reason=f"the cluster {cluster.name} is {cluster.status}",
        next_step="Run again once it is ACTIVE.",
    )


def _error(resource: Resource, error: TasktoolError) -> Placeholder:
    return Placeholder(
        key=resource.key,
        layer=resource.layer,
        action=Action.REFUSE if error.problem is Problem.REFUSED else Action.UNKNOWN,
        reason=error.message,
        next_step=error.next_step,
        problem=error.problem.name,
    )


def _refused(resource: Resource, reason: str, next_step: str) -> Placeholder:
    return Placeholder(
        key=resource.key,
        layer=resource.layer,
        action=Action.REFUSE,
        reason=reason,
        next_step=next_step,
        problem=Problem.REFUSED.name,
    )


def chosen(items: tuple[Item, ...], only: Iterable[str], *, removing: bool) -> tuple[Item, ...]:
    """Give the items that ``only`` names by layer, kind, ``kind.identity`` or identity, and what they require.

    What is to be removed takes nothing along. Raises TasktoolError for a name that fits nothing.
    """
    names = list(only)
    if not names:
        return items
    for name in names:
        if name not in LAYERS and not any(name in _names(item) for item in items):
            raise _nothing_called(name, items)
    named = [item for item in items if _names(item).intersection(names)]
    if removing:
        return tuple(named)
    resources = [item for item in items if isinstance(item, Resource)]
    wanted = {r.key for r in with_requirements((i for i in named if isinstance(i, Resource)), resources)}
    # By key: what the server judges is equal to its like until it is read.
    wanted |= {item.key for item in named}
    return tuple(item for item in items if item.key in wanted)


def _nothing_called(name: str, items: Iterable[Item]) -> TasktoolError:
    listed = list(items)
    near = suggestion(name, [*LAYERS, *(each for item in listed for each in sorted(_names(item)))])
    said = f"--only {name}: there is no such thing{near or '.'}"
    kinds = ", ".join(dict.fromkeys(item.key.kind for item in listed))
    step = f"Name a layer ({', '.join(LAYERS)}), a kind ({kinds}), or a resource as the plan calls it (kind.name)."
    return TasktoolError(said, next_step=step, problem=Problem.USAGE)


def no_manifest(items: Iterable[Item], only: Iterable[str]) -> bool:
    """Say whether no manifest can be meant by any of these names: they are other layers', or of AWS."""
    of_aws = {name for item in items if item.layer == "aws" for name in _names(item)}
    return all(name in of_aws or (name in LAYERS and name != APP) for name in only)


def _names(item: Item) -> set[str]:
    return {item.layer, item.key.kind, item.key.identity, str(item.key)}
