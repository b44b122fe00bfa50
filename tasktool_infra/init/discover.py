"""What AWS and the cluster say of where an environment may live."""

from attrs import frozen

from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.engine.driver import Success, Task
from tasktool_infra.engine.errors import Refused, TasktoolError
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.kube.ingress import CLASSES
from tasktool_infra.opening import Opened
from tasktool_infra.settings import rules

DEFAULT = "ingressclass.kubernetes.io/is-default-class"


def clusters(run: Opened) -> tuple[Cluster, ...]:
    """Give the clusters of the region that can be used, by name. Raises ApiError when they can't be listed."""
    names = run.driver.ask(_names())
    outcomes = run.driver.run({name: Task(Cluster(name=name).read()) for name in names})
    found = [outcome.value for outcome in outcomes.values() if isinstance(outcome, Success)]
    return tuple(sorted((each for each in found if each is not None and each.usable), key=lambda each: str(each.name)))


def _names() -> Reading[list[str]]:
    answer = yield Call("eks", "list_clusters", pages=True)
    return list(answer.get("clusters", ()))


@frozen
class Classes:
    """The IngressClasses of a cluster, and the one that is its default."""

    names: tuple[str, ...]
    default: str = ""


def ingress_classes(run: Opened) -> Classes | None:
    """Give the IngressClasses; None where nobody can say."""
    try:
        return run.driver.ask(_classes())  # type: ignore[no-any-return]
    except TasktoolError:
        return None


def _classes() -> Reading[Classes | None]:
    answer = yield CLASSES
    if isinstance(answer, Meaning):
        return Classes(()) if answer is GONE else None
    items = answer["items"]
    default = [each for each in items if (each["metadata"].get("annotations") or {}).get(DEFAULT) == "true"]
    names = tuple(each["metadata"]["name"] for each in items)
    return Classes(names, default[0]["metadata"]["name"] if default else "")


def free_bucket(run: Opened, name: str, place: Place) -> str:
    """Give the name if it is free or ours, else the same with the account at its end; both where that is not legal."""
    if _is_free(run, name, place):
        return name
    return rules.bucket_of(name, place.account)


def _is_free(run: Opened, name: str, place: Place) -> bool:
    try:
        live = run.driver.ask(Bucket(name=name).at(place).read())
    except Refused:
        return False
    except TasktoolError:
        return True  # whoever may not look learns it from the plan
    return live is None or live.ownership is not Ownership.ANOTHERS
