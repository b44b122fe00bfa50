"""What stands in a new cluster: its namespaces, one node, and the products that the application counts on."""

from typing import Any

from tasktool_infra.sandbox.kubernetes import kinds
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.targets import Options, Target

Json = dict[str, Any]
OPTIONS = Options("sandbox")
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system", "cert-manager", "ingress-nginx")
ARCHITECTURE = "amd64"
NODE: Json = {
    "metadata": {
        "name": "sandbox",
        "labels": {"kubernetes.io/hostname": "sandbox", "kubernetes.io/arch": ARCHITECTURE},
    },
}
CAPACITY = {"cpu": "4", "memory": "16Gi", "pods": "110"}
NODE_STATUS: Json = {
    "capacity": CAPACITY,
    "allocatable": CAPACITY,
    "conditions": [{"type": "Ready", "status": "True", "reason": "Played", "message": "no container runs here"}],
}


def plant(objects: Objects) -> None:
    """Create it all in an empty store."""
    for name in NAMESPACES:
        objects.create(Target(kinds.NAMESPACE, "", name), {"metadata": {"name": name}}, OPTIONS)
    node = kinds.BY_PLURAL["", "nodes"]
    objects.create(Target(node, "", ""), NODE, OPTIONS)
    live = objects.get(Target(node, "", "sandbox"))
    objects.replace(Target(node, "", "sandbox", "status"), live | {"status": NODE_STATUS}, OPTIONS)
    controller = {"metadata": {"name": "nginx"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
    objects.create(Target(kinds.INGRESS_CLASS, "", ""), controller, OPTIONS)
    for kind in (kinds.ISSUER, kinds.CERTIFICATE):
        _plant_definition(objects, kind)
    _plant_deployment(objects, "cert-manager", "cert-manager")
    _plant_deployment(objects, "cert-manager", "cert-manager-webhook")
    _plant_deployment(objects, "ingress-nginx", "ingress-nginx-controller")


def _plant_definition(objects: Objects, kind: kinds.Kind) -> None:
    names = {"plural": kind.plural, "singular": kind.name.lower(), "kind": kind.name, "listKind": f"{kind.name}List"}
    name = f"{kind.plural}.{kind.group}"
    spec = {"group": kind.group, "scope": "Namespaced", "names": names}
    versions = [{"name": kind.version, "served": True, "storage": True, "subresources": {"status": {}}}]
    target = Target(kinds.CRD, "", name)
    live = objects.create(target, {"metadata": {"name": name}, "spec": spec | {"versions": versions}}, OPTIONS)
    conditions = [{"type": type_, "status": "True", "reason": "Played"} for type_ in ("NamesAccepted", "Established")]
    status = {"acceptedNames": names, "conditions": conditions, "storedVersions": [kind.version]}
    objects.replace(Target(kinds.CRD, "", name, "status"), live | {"status": status}, OPTIONS)


def _plant_deployment(objects: Objects, namespace: str, name: str) -> None:
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": namespace}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "controller", "image": "played:1"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": pod}
    body = {"metadata": {"name": name, "labels": labels}, "spec": spec}
    objects.create(Target(kinds.DEPLOYMENT, namespace, name), body, OPTIONS)
