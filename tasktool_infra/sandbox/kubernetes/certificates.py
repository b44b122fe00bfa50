"""What cert-manager makes for an Ingress that names an issuer, played: a Certificate for each TLS secret.

Source: cert-manager documentation, "Annotated Ingress resource".
"""

from typing import Any

from tasktool_infra.sandbox.kubernetes import kinds
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.targets import Options, Target

Json = dict[str, Any]
OPTIONS = Options("cert-manager-certificates-trigger")
ISSUERS = {"cert-manager.io/issuer": "Issuer", "cert-manager.io/cluster-issuer": "ClusterIssuer"}


def settle_certificates(objects: Objects) -> None:
    """Make the Certificates that are missing, and take away those whose Ingress has gone."""
    ingresses = objects.store.all_of(kinds.INGRESS)
    for ingress in ingresses:
        for certificate in _wanted(ingress):
            metadata = certificate["metadata"]
            if not objects.store.get(kinds.CERTIFICATE, metadata["namespace"], metadata["name"]):
                target = Target(kinds.CERTIFICATE, metadata["namespace"], metadata["name"])
                objects.create(target, certificate, OPTIONS)
    standing = {ingress["metadata"]["uid"] for ingress in ingresses}
    for live in objects.store.all_of(kinds.CERTIFICATE):
        owners = [owner["uid"] for owner in live["metadata"].get("ownerReferences", ()) if owner["kind"] == "Ingress"]
        if owners and not standing.intersection(owners):
            objects.delete(Target(kinds.CERTIFICATE, live["metadata"]["namespace"], live["metadata"]["name"]), {})


def _wanted(ingress: Json) -> list[Json]:
    metadata, spec = ingress["metadata"], ingress.get("spec", {})
    annotations = metadata.get("annotations", {})
    issuers = [{"name": annotations[name], "kind": kind} for name, kind in ISSUERS.items() if name in annotations]
    if not issuers or metadata.get("deletionTimestamp"):
        return []
    return [_certificate(metadata, tls, issuers[0]) for tls in spec.get("tls", ()) if tls.get("secretName")]


def _certificate(ingress: Json, tls: Json, issuer: Json) -> Json:
    owner = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "name": ingress["name"],
        "uid": ingress["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    metadata = {
        "namespace": ingress["namespace"],
        "name": tls["secretName"],
        "labels": ingress.get("labels", {}),
        "ownerReferences": [owner],
    }
    spec = {"secretName": tls["secretName"], "dnsNames": list(tls.get("hosts", ())), "issuerRef": issuer}
    return {"metadata": metadata, "spec": spec}
