"""The paths of the Kubernetes API. The built-in kinds are known, so that no discovery is needed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from attrs import frozen

from tasktool_infra.engine.errors import Refused


@frozen
class Served:
    """How a kind is served: its plural, and whether its objects stand in a namespace."""

    plural: str
    namespaced: bool = True


KINDS: dict[tuple[str, str], Served] = {
    ("v1", "Namespace"): Served("namespaces", namespaced=False),
    ("v1", "ServiceAccount"): Served("serviceaccounts"),
    ("v1", "ConfigMap"): Served("configmaps"),
    ("v1", "Secret"): Served("secrets"),
    ("v1", "Service"): Served("services"),
    ("v1", "PersistentVolumeClaim"): Served("persistentvolumeclaims"),
    ("v1", "Pod"): Served("pods"),
    ("v1", "Event"): Served("events"),
    ("v1", "Node"): Served("nodes", namespaced=False),
    ("apps/v1", "Deployment"): Served("deployments"),
    ("apps/v1", "StatefulSet"): Served("statefulsets"),
    ("apps/v1", "DaemonSet"): Served("daemonsets"),
    ("apps/v1", "ReplicaSet"): Served("replicasets"),
    ("apps/v1", "ControllerRevision"): Served("controllerrevisions"),
    ("batch/v1", "Job"): Served("jobs"),
    ("batch/v1", "CronJob"): Served("cronjobs"),
    ("networking.k8s.io/v1", "Ingress"): Served("ingresses"),
    ("networking.k8s.io/v1", "IngressClass"): Served("ingressclasses", namespaced=False),
    ("networking.k8s.io/v1", "NetworkPolicy"): Served("networkpolicies"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"): Served("horizontalpodautoscalers"),
    ("policy/v1", "PodDisruptionBudget"): Served("poddisruptionbudgets"),
    ("rbac.authorization.k8s.io/v1", "Role"): Served("roles"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): Served("rolebindings"),
    ("cert-manager.io/v1", "Issuer"): Served("issuers"),
    ("cert-manager.io/v1", "Certificate"): Served("certificates"),
    ("karpenter.sh/v1", "NodePool"): Served("nodepools", namespaced=False),
}
"""By apiVersion and kind. Source: Kubernetes API reference; those of cert-manager and Karpenter."""


def served(api_version: str, kind: str) -> Served:
    """Give how a kind is served; raises Refused for one that is not known here."""
    found = KINDS.get((api_version, kind))
    if found is None:
        raise Refused(
            f"Objects of the kind {kind} ({api_version}) are not supported.",
            next_step="Apply such objects with kubectl, beside this environment.",
        )
    return found


def collection(api_version: str, kind: str, namespace: str) -> str:
    """Give the path of all objects of a kind, in one namespace or (with an empty one) in all."""
    known = served(api_version, kind)
    root = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
    scope = f"/namespaces/{quote(namespace, safe='')}" if known.namespaced and namespace else ""
    return f"{root}{scope}/{known.plural}"


def path_of(api_version: str, kind: str, namespace: str, name: str) -> str:
    """Give the path of one object."""
    return f"{collection(api_version, kind, namespace)}/{quote(name, safe='')}"


def path_of_manifest(manifest: Mapping[str, Any]) -> str:
    """Give the path of the object that a manifest describes."""
    metadata = manifest["metadata"]
    return path_of(manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"])
