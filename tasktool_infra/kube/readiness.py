"""When objects have come to be: by kind, what must be true of the live object, and what says that it never will.

Expressions are JMESPath on the live object. Source: Kubernetes documentation, "Deployments, complete and failed
Deployment"; cert-manager documentation, Issuer conditions.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.engine.calls import GONE, Call, Pointless
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND, NO_OBJECT
from tasktool_infra.kube.retries import SERVICE


@frozen(kw_only=True)
class Readiness:
    """What is waited for after an apply; ``says`` names it for people, ``pointless`` when nobody could make it so."""

    done: str
    sees: str
    says: str
    failed: str = ""
    deadline: float = 600.0
    pointless: Pointless | None = None


def _list(api_version: str, kind: str, selector: str = "") -> Call:
    parameters = {"api_version": api_version, "kind": kind, "selector": selector}
    return Call(SERVICE, "list", parameters, expects={NO_KIND: GONE, NO_OBJECT: GONE, FORBIDDEN: GONE})


_COUNT = "(status.{0} || `0`)"
_WANTED = "(spec.replicas || `0`)"
NO_NODE = Pointless(
    _list("v1", "Node"),
    when="length(items[?!(spec.unschedulable)]) == `0`",
    says="the cluster has no node that takes pods",
)

DEPLOYMENT = Readiness(
    done=" && ".join(
        [
            "status.observedGeneration == metadata.generation",
            *(f"{_COUNT.format(count)} == {_WANTED}" for count in ("updatedReplicas", "availableReplicas", "replicas")),
        ]
    ),
    failed="status.observedGeneration == metadata.generation"
    " && status.conditions[?type=='Progressing' && status=='False'] | [0]",
    sees="join('', [to_string(status.availableReplicas || `0`), ' of ', to_string(spec.replicas), ' available'])",
    says="all replicas to be updated and available",
    pointless=NO_NODE,
)
INGRESS = Readiness(
    done="length(status.loadBalancer.ingress || `[]`) > `0`",
    sees="status.loadBalancer.ingress || 'no address'",
    says="an address",
)
ISSUER = Readiness(
    done="status.conditions[?type=='Ready' && status=='True'] | [0] | !!@",
    sees="status.conditions[?type=='Ready'].message | [0] || 'not looked at by cert-manager yet'",
    says="cert-manager to be ready to issue",
    deadline=300.0,
    pointless=Pointless(
        _list("apps/v1", "Deployment", "app.kubernetes.io/name=cert-manager"),
        when="length(items[?(status.availableReplicas || `0`) > `0`]) == `0`",
        says="no cert-manager runs in the cluster",
    ),
)


def readiness(manifest: Mapping[str, Any]) -> Readiness | None:
    """Give what is waited for after an apply; None for kinds that are there at once."""
    kind = (manifest["apiVersion"], manifest["kind"])
    if kind == ("apps/v1", "Deployment"):
        return DEPLOYMENT
    if kind == ("networking.k8s.io/v1", "Ingress"):
        return _ingress(manifest["spec"].get("ingressClassName"))
    return ISSUER if kind == ("cert-manager.io/v1", "Issuer") else None


def _ingress(name: str | None) -> Readiness:
    if not name:
        return INGRESS
    there = f"length(items[?metadata.name=='{name}']) == `0`"
    says = f"the cluster has no IngressClass {name}"
    return evolve(INGRESS, pointless=Pointless(_list("networking.k8s.io/v1", "IngressClass"), there, says))


def is_ready(wanted: Readiness, manifest: Mapping[str, Any]) -> bool:
    """Say whether a live object has come to be."""
    import jmespath

    return bool(jmespath.search(wanted.done, manifest))
