"""From rights to RBAC: a ClusterRole, a Role for each namespace, and their bindings to one group."""

from collections.abc import Iterable
from typing import Any

from tasktool_infra.kube.rbac import Right

API = "rbac.authorization.k8s.io"
Manifest = dict[str, Any]


def roles(name: str, needed: Iterable[Right]) -> dict[str, Any]:
    """Give a List of roles and bindings that allow just what is needed to the group ``name``.

    That is the group to name in an EKS access entry (``kubernetesGroups``).
    """
    by_namespace: dict[str, list[Right]] = {}
    for right in needed:
        by_namespace.setdefault(right.namespace, []).append(right)
    items = [each for namespace in sorted(by_namespace) for each in _pair(name, namespace, by_namespace[namespace])]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _pair(name: str, namespace: str, needed: Iterable[Right]) -> tuple[Manifest, Manifest]:
    kind = "Role" if namespace else "ClusterRole"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    head = {"apiVersion": f"{API}/v1", "metadata": metadata}
    binding = {
        **head,
        "kind": f"{kind}Binding",
        "roleRef": {"apiGroup": API, "kind": kind, "name": name},
        "subjects": [{"apiGroup": API, "kind": "Group", "name": name}],
    }
    return {**head, "kind": kind, "rules": rules(needed)}, binding


def rules(needed: Iterable[Right]) -> list[dict[str, Any]]:
    """Give the rules: verbs on the same objects stand together; a right to all objects makes one by name needless."""
    listed = set(needed)
    whole = {(r.verb, r.group, r.resource) for r in listed if not r.name}
    names: dict[tuple[str, str, str], set[str]] = {}
    for right in listed:
        key = (right.verb, right.group, right.resource)
        names.setdefault(key, set()).update(() if key in whole else {right.name})
    verbs: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for verb, group, resource in sorted(names):
        verbs.setdefault((group, resource, tuple(sorted(names[verb, group, resource]))), []).append(verb)
    resources: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (group, resource, named), may in sorted(verbs.items()):
        resources.setdefault((group, named, tuple(may)), []).append(resource)
    return [
        {
            "apiGroups": [group],
            "resources": plurals,
            **({"resourceNames": list(named)} if named else {}),
            "verbs": list(may),
        }
        for (group, named, may), plurals in resources.items()
    ]
