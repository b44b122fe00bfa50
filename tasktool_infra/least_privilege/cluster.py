"""What a command needs in the cluster: the rights behind every call that it may make there."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.applyset import ApplySet
from tasktool_infra.kube.certificate import CERT_MANAGER, certificates, issuers_call
from tasktool_infra.kube.ingress import CLASSES, EXTERNAL_DNS
from tasktool_infra.kube.leftovers import USERS, stem
from tasktool_infra.kube.members import places
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.paths import served
from tasktool_infra.kube.rbac import Right, rights
from tasktool_infra.kube.readiness import ISSUER, NO_NODE
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.least_privilege.needed import DOCTOR, PROVISION, TEARDOWN, VERIFY

SCALER, EVENT = ("autoscaling/v2", "HorizontalPodAutoscaler"), ("v1", "Event")


def needed_rights(command: str, resources: Iterable[Resource]) -> frozenset[Right]:
    """Give every right that a command may need for these resources, whatever it finds there.

    A plan and a verification write nothing, not even by a dry-run: without ``patch`` they compare the fields that our
    manager owns. A doctor says whether the caller may apply, and so that is part of what it needs.
    """
    objects = [resource for resource in resources if isinstance(resource, KubeObject)]
    if command == DOCTOR:
        return frozenset(right for each in objects if isinstance(each, Namespace) for right in _examining(each))
    found = {right for each in objects for right in _of(command, each)}
    if command == VERIFY:
        found |= {right for each in certificates(objects) for right in rights(each.get())}
    sets = [each for each in objects if isinstance(each, ApplySet)]
    searched = {right for each in objects if isinstance(each, Namespace) for right in _searching(command, each)}
    return frozenset(found.union(searched, *(_of_members(command, each) for each in sets)))


def _examining(namespace: Namespace) -> Iterator[Right]:
    """Give what looking at the cluster before a run needs; whether one may apply is tried with the namespace."""
    applied = Call(SERVICE, "apply", {"manifest": namespace.manifest()})
    for call in (CLASSES, EXTERNAL_DNS, CERT_MANAGER, issuers_call(namespace.name), applied):
        yield from rights(call)


def _of(command: str, each: KubeObject) -> Iterator[Right]:
    calls = [each.get()]
    if command == VERIFY and isinstance(each, ServiceAccount):
        # Whether its pods have taken its role.
        yield _any("list", "v1", "Pod", each.namespace)
    if command == PROVISION:
        calls.append(Call(SERVICE, "apply", {"manifest": each.manifest()}))
    if command in (PROVISION, TEARDOWN):
        calls.append(Call(SERVICE, "delete", each.address))
    found = (right for call in calls for right in rights(call))
    # What kustomize generates is called anew with every value: such a right must outlive the names.
    yield from (evolve(right, name="") for right in found) if stem(each.key) else found


def _searching(command: str, namespace: Namespace) -> Iterator[Right]:
    """Give what the search for ServiceAccounts and namespaces that are no longer wanted needs.

    An old namespace is removed by whoever may delete that one: a right to delete any namespace is more than all others.
    """
    yield _any("list", "v1", "Namespace", "")
    yield _any("list", "v1", "ServiceAccount", namespace.name)
    if command in (PROVISION, TEARDOWN):
        yield _any("delete", "v1", "ServiceAccount", namespace.name)


def _of_members(command: str, apply_set: ApplySet) -> Iterator[Right]:
    """Give what finding (and, in a run that writes, removing) what left the overlay needs, and looking at rollouts."""
    for place in places(apply_set):
        yield _any("list", place.api_version, place.kind, place.namespace)
        if command in (PROVISION, TEARDOWN):
            # What left the overlay has names that nobody knows beforehand.
            yield _any("delete", place.api_version, place.kind, place.namespace)
    if command == TEARDOWN:
        yield from rights(EXTERNAL_DNS)
        return
    namespaces = {apply_set.namespace, *apply_set.namespaces}
    looked_at: list[tuple[str, str]] = [*USERS, SCALER, *([EVENT] if command == PROVISION else [])]
    for namespace in sorted(namespaces):
        yield from (_any("list", version, kind, namespace) for version, kind in looked_at)
        if command == PROVISION:
            yield Right("get", "", "pods/log", namespace)
    for call in _cluster_wide():
        yield from rights(call)


def _cluster_wide() -> Iterator[Call]:
    """Give what is asked of the whole cluster: whether anybody could make happen what is waited for."""
    for pointless in (NO_NODE, NO_NODE.besides, ISSUER.pointless):
        if pointless is not None:
            yield pointless.call
    yield CLASSES


def _any(verb: str, api_version: str, kind: str, namespace: str) -> Right:
    known = served(api_version, kind)
    group, _, _ = api_version.rpartition("/")
    return Right(verb, group, known.plural, namespace if known.namespaced else "")
