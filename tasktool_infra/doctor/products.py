"""What a run needs of the cluster: its API, the right to apply there, and the products that the manifests count on.

Source: the labels that the Helm charts of cert-manager and external-dns put on their Deployments.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tasktool_infra.doctor.finding import Finding, bad, good, warning
from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.engine.errors import Problem
from tasktool_infra.kube.answers import FORBIDDEN
from tasktool_infra.kube.certificate import CERT_MANAGER, issuers_call
from tasktool_infra.kube.ingress import CLASSES, EXTERNAL_DNS, keeps_records
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.readiness import NOT_ALLOWED
from tasktool_infra.kube.retries import SERVICE

UNKNOWN = "this caller may not look"
PARTS = ("cert-manager", "webhook")
"""What cert-manager can't do without, by the names of its Deployments' ends."""


def emulator(pods: Sequence[str]) -> Finding:
    """Say whether the emulator that stands for AWS runs, by the pods of it that take calls."""
    said = f"runs in the pod {pods[0]}" if pods else "none runs yet: provision starts it"
    return good("emulator", said)


def api(endpoint: str) -> Reading[Finding]:
    """Say whether the cluster's API can be reached and knows the caller."""
    yield CLASSES
    return good("cluster API", f"{endpoint} answers and knows the caller")


def access(namespace: Namespace) -> Reading[Finding]:
    """Say whether the caller may apply, by a dry-run as plans do."""
    about, manifest = "access", namespace.manifest()
    parameters = {"manifest": manifest, "force": True, "dry_run": True}
    answer = yield Call(SERVICE, "apply", parameters, expects={FORBIDDEN: NOT_ALLOWED})
    if answer is NOT_ALLOWED:
        fix = "Ask for the roles that this prints: permissions.py ENVIRONMENT provision --rbac"
        return bad(about, f"the caller may not apply the namespace {namespace.name}", fix, Problem.DENIED)
    return good(about, f"the caller may apply the namespace {namespace.name}")


def ingress_class(name: str) -> Reading[Finding]:
    """Say whether anybody serves the Ingress."""
    about, answer = "ingress class", (yield CLASSES)
    if answer is NOT_ALLOWED:
        return warning(about, UNKNOWN)
    found = [] if answer is GONE else [item["metadata"]["name"] for item in answer["items"]]
    if name in found:
        return good(about, name)
    others = f"there are {', '.join(found)}" if found else "there is none"
    fix = "Install ingress-nginx, or set `ingress_class`: without it nobody reaches the application."
    return warning(about, f"the cluster has no IngressClass {name}; {others}", fix)


def cert_manager(namespace: str) -> Reading[Finding]:
    """Say whether cert-manager's kinds are served and its Deployments ready."""
    about = "cert-manager"
    served, deployments = yield (issuers_call(namespace), CERT_MANAGER)
    if served is GONE:
        return bad(about, "the cluster does not know the kind Issuer", "Install cert-manager, with its CRDs.")
    if served is NOT_ALLOWED:
        return warning(about, f"{UNKNOWN} at its Issuers, and so nobody knows whether its kinds are served")
    if isinstance(deployments, Meaning):
        return warning(about, f"its kinds are served; {UNKNOWN} at its Deployments")
    missing = [part for part in PARTS if not any(_is_ready(item, part) for item in deployments["items"])]
    if missing:
        fix = "See: kubectl get deployments,pods --all-namespaces -l app.kubernetes.io/instance=cert-manager"
        return warning(about, f"no Deployment of it is ready: {', '.join(missing)}", fix)
    return good(about, "its kinds are served, its Deployments ready")


def _is_ready(deployment: Mapping[str, Any], part: str) -> bool:
    available = (deployment.get("status") or {}).get("availableReplicas") or 0
    return bool(deployment["metadata"]["name"].endswith(part) and available)


def external_dns() -> Reading[Finding]:
    """Say whether somebody makes DNS records for the application, and takes them away."""
    about, answer = "external-dns", (yield EXTERNAL_DNS)
    if answer is NOT_ALLOWED:
        return warning(about, UNKNOWN)
    deployments = [] if answer is GONE else answer["items"]
    if not deployments:
        fix = "Install external-dns, or make the record of the domain by hand."
        return warning(about, "none runs in the cluster: nobody makes DNS records", fix)
    if not any((each.get("status") or {}).get("availableReplicas") for each in deployments):
        return warning(about, "its Deployment is not ready", "See: kubectl logs -l app.kubernetes.io/name=external-dns")
    kept = keeps_records(deployments)
    if kept:
        return warning(
            about, f"records stay after a teardown, {kept}", "Delete them by hand then, or use --policy=sync."
        )
    return good(about, "it makes records and deletes them")
