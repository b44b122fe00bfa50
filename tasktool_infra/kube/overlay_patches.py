"""The patches of the temporary overlay: images, the Ingress and the Issuer.

Each has a target by its name in the base, whatever prefix it has got since. A target that isn't there is no error, so
that an overlay of one's own may leave things out or do them otherwise.
"""

import json
from typing import Any, Final

from tasktool_infra.values.frozen import FrozenDict

WORKLOADS: Final = FrozenDict({"task-service": "Deployment", "task-web": "Deployment", "task-reporter": "CronJob"})
"""The programs, each the name of a workload and of the container in it, and what kind of workload runs it."""
_API_VERSIONS = {"Deployment": "apps/v1", "CronJob": "batch/v1"}
_HOST = "external-dns.alpha.kubernetes.io/hostname"
_ISSUERS = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer")


def patches(*, images: dict[str, str], domain: str, email: str, ingress_class: str) -> list[dict[str, Any]]:
    """Give the entries of `patches`.

    Takes:
        images: by program.
        domain: the host of the Ingress.
        email: what the Issuer tells the certificate authority.
        ingress_class: of the Ingress, and of the one by which the Issuer answers challenges.
    """
    return [
        *(_image(program, image) for program, image in images.items()),
        *_ingress(domain, ingress_class),
        _issuer(email, ingress_class),
    ]


def _image(program: str, image: str) -> dict[str, Any]:
    """Set an image by the container's name: by the image's, it would have to be known what the overlay made of it."""
    kind = WORKLOADS[program]
    template = {"template": {"spec": {"containers": [{"name": program, "image": image}]}}}
    spec = {"jobTemplate": {"spec": template}} if kind == "CronJob" else template
    patch = {"apiVersion": _API_VERSIONS[kind], "kind": kind, "metadata": {"name": program}, "spec": spec}
    return _entry({"kind": kind, "name": program}, patch)


def _ingress(domain: str, ingress_class: str) -> list[dict[str, Any]]:
    target = {"kind": "Ingress", "name": "app-ingress"}
    always = [_set("/spec/ingressClassName", ingress_class), _set("/spec/rules/0/host", domain)]
    annotation = "/metadata/annotations/" + _HOST.replace("/", "~1")
    return [
        _entry(target, always),
        _entry({**target, "annotationSelector": _HOST}, [_set(annotation, domain)]),
        *(_entry({**target, "annotationSelector": key}, [_set("/spec/tls/0/hosts", [domain])]) for key in _ISSUERS),
    ]


def _issuer(email: str, ingress_class: str) -> dict[str, Any]:
    solver = "/spec/acme/solvers/0/http01/ingress/class"
    target = {"group": "cert-manager.io", "kind": "Issuer", "name": "letsencrypt-issuer"}
    return _entry(target, [_set("/spec/acme/email", email), _set(solver, ingress_class)])


def _set(path: str, value: object) -> dict[str, Any]:
    """Give a JSON patch (RFC 6902) that works whether the member is there or not."""
    return {"op": "add", "path": path, "value": value}


def _entry(target: dict[str, str], patch: object) -> dict[str, Any]:
    return {"target": target, "patch": json.dumps(patch)}
