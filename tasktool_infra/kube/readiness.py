"""When objects have come to be: by kind, what must be true of the live object, and what says that it never will.

Expressions are JMESPath on the live object. Source: Kubernetes documentation, "Deployments, complete and failed
Deployment"; kubectl, `rollout status` (StatefulSets and DaemonSets); cert-manager documentation, Issuer conditions;
Karpenter documentation, NodePools.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.engine.calls import GONE, Call, Meaning, Pointless
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND, NO_OBJECT
from tasktool_infra.kube.retries import SERVICE

NOT_ALLOWED = Meaning("not allowed to look")
PROGRESS_DEADLINE = 600
"""What a Deployment has when its manifest does not say. Source: Kubernetes API reference, DeploymentSpec."""
OVERTIME = 30.0
"""Seconds for the controller to notice itself that a deadline has passed: it then says so, and we say what it says."""


@frozen(kw_only=True)
class Readiness:
    """What is waited for after an apply; ``says`` names it for people, ``pointless`` when nobody could make it so."""

    done: str
    sees: str
    says: str
    failed: str = ""
    deadline: float = 600.0
    pointless: Pointless | None = None


def list_call(api_version: str, kind: str, selector: str = "") -> Call:
    """Give the call that lists the objects of a kind in the whole cluster; of an unknown kind there is none."""
    parameters = {"api_version": api_version, "kind": kind, "selector": selector}
    return Call(SERVICE, "list", parameters, expects={NO_KIND: GONE, NO_OBJECT: GONE, FORBIDDEN: NOT_ALLOWED})


_COUNT = "(status.{0} || `0`)"
_WANTED = "(spec.replicas || `0`)"
_SEEN = "status.observedGeneration == metadata.generation"
_NODES = "length((items || `[]`)[?!(spec.unschedulable) && status.conditions[?type=='Ready' && status=='True']]) == `0`"
NO_NODE = Pointless(
    list_call("v1", "Node"),
    when=_NODES,
    says="the cluster has no ready node that takes pods",
    # Karpenter, which is in EKS Auto Mode too, makes nodes for pods that wait.
    besides=Pointless(
        list_call("karpenter.sh/v1", "NodePool"), when="length(items || `[]`) == `0`", says="no NodePool"
    ),
)
DEPLOYMENT = Readiness(
    done=" && ".join(
        [
            _SEEN,
            *(f"{_COUNT.format(count)} == {_WANTED}" for count in ("updatedReplicas", "availableReplicas", "replicas")),
        ]
    ),
    failed=f"spec.paused || ({_SEEN} && status.conditions[?type=='Progressing' && status=='False'] | [0])",
    sees="join('', [to_string(status.updatedReplicas || `0`), ' of ', to_string(spec.replicas), ' updated, ',"
    " to_string(status.availableReplicas || `0`), ' available', (spec.paused && ', paused') || ''])",
    says="all replicas to be updated and available",
    pointless=NO_NODE,
)
SET_DEADLINE = 600.0
"""Nothing sets a deadline for these kinds: what a Deployment has."""
BY_HAND = "OnDelete"
"""The strategy by which pods get what is new only when somebody deletes them."""
_UPDATED = f"{_COUNT.format('updatedReplicas')} == {_WANTED}"
STATEFUL_SET = Readiness(
    done=f"{_SEEN} && {_COUNT.format('replicas')} == {_WANTED} && {_COUNT.format('availableReplicas')} == {_WANTED}",
    sees=DEPLOYMENT.sees,
    says="all replicas to be updated and available",
    deadline=SET_DEADLINE,
    pointless=NO_NODE,
)
_NODES_WANTED = _COUNT.format("desiredNumberScheduled")
DAEMON_SET = Readiness(
    done=f"{_SEEN} && {_COUNT.format('numberAvailable')} == {_NODES_WANTED}",
    sees="join('', [to_string(status.updatedNumberScheduled || `0`), ' of ', to_string(status.desiredNumberScheduled"
    " || `0`), ' updated, ', to_string(status.numberAvailable || `0`), ' available'])",
    says="its pods to be updated and available on every node that takes them",
    deadline=SET_DEADLINE,
)
INGRESS = Readiness(
    done="length(status.loadBalancer.ingress || `[]`) > `0`",
    sees="status.loadBalancer.ingress || 'no address'",
    says="an address",
)
_READY = "status.conditions[?type=='Ready' && status=='True']"
ISSUER = Readiness(
    # What was true of an earlier generation says nothing of this one.
    done=f"length({_READY} || `[]`) > `0`"
    f" && contains([`null`, metadata.generation], {_READY}.observedGeneration | [0])",
    sees="status.conditions[?type=='Ready'].message | [0] || 'not looked at by cert-manager yet'",
    says="cert-manager to be ready to issue",
    deadline=300.0,
    pointless=Pointless(
        list_call("apps/v1", "Deployment", "app.kubernetes.io/name=cert-manager"),
        when="length((items || `[]`)[?(status.availableReplicas || `0`) > `0`]) == `0`",
        says="no cert-manager is ready in the cluster",
    ),
)
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
DEFAULT_CLASS = 'metadata.annotations."ingressclass.kubernetes.io/is-default-class"'


def readiness(manifest: Mapping[str, Any]) -> Readiness | None:
    """Give what is waited for after an apply; None for kinds that are there at once, as a CronJob is."""
    kind, spec = (manifest["apiVersion"], manifest["kind"]), manifest.get("spec") or {}
    if kind == ("apps/v1", "Deployment"):
        progress = spec.get("progressDeadlineSeconds", PROGRESS_DEADLINE)
        return evolve(DEPLOYMENT, deadline=progress + OVERTIME)
    if kind == ("apps/v1", "StatefulSet"):
        return _stateful_set(spec)
    if kind == ("apps/v1", "DaemonSet"):
        updated = f"{_COUNT.format('updatedNumberScheduled')} == {_NODES_WANTED}"
        return DAEMON_SET if _by_hand(spec) else evolve(DAEMON_SET, done=f"{DAEMON_SET.done} && {updated}")
    if kind == ("networking.k8s.io/v1", "Ingress"):
        return evolve(INGRESS, pointless=_no_class(manifest["metadata"], spec))
    return ISSUER if kind == ("cert-manager.io/v1", "Issuer") else None


def _stateful_set(spec: Mapping[str, Any]) -> Readiness:
    """Give what is waited for; of a set with a partition, only the pods from that on are to be updated."""
    if _by_hand(spec):
        return STATEFUL_SET
    partition = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
    new = max(spec.get("replicas", 1) - partition, 0)
    updated = f"{_COUNT.format('updatedReplicas')} >= `{new}`" if partition else _UPDATED
    return evolve(STATEFUL_SET, done=f"{STATEFUL_SET.done} && {updated}")


def _by_hand(spec: Mapping[str, Any]) -> bool:
    return (spec.get("updateStrategy") or {}).get("type") == BY_HAND


def _no_class(metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Pointless | None:
    """Give when nobody serves an Ingress: its class is not there, or it names none and there is no default."""
    name = spec.get("ingressClassName")
    if name is None and CLASS_ANNOTATION in (metadata.get("annotations") or {}):
        return None
    which = f"metadata.name=='{name}'" if name else f"{DEFAULT_CLASS}=='true'"
    says = (
        f"the cluster has no IngressClass {name}" if name else "it names no class, and no IngressClass is the default"
    )
    classes = list_call("networking.k8s.io/v1", "IngressClass")
    return Pointless(classes, when=f"length((items || `[]`)[?{which}]) == `0`", says=says)


def is_ready(wanted: Readiness, manifest: Mapping[str, Any]) -> bool:
    """Say whether a live object has come to be."""
    import jmespath

    return bool(jmespath.search(wanted.done, manifest))
