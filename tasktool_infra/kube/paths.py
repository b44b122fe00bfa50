"""The paths of the Kubernetes API. The built-in kinds are known, so that no discovery is needed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from attrs import frozen


@frozen
class Served:
    """How a kind is served: its plural, and whether its objects stand in a namespace."""

    plural: str
    namespaced: bool = True


KINDS: dict[tuple[str, str], Served] = {
    ("v1", "Namespace"): Served("namespaces", namespaced=False),
    ("v1", "ServiceAccount"): Served("serviceaccounts"),
}
"""By apiVersion and kind. Source: Kubernetes API reference."""


def path_of(api_version: str, kind: str, namespace: str, name: str) -> str:
    """Give the path of one object."""
    served = KINDS[(api_version, kind)]
    root = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
    scope = f"/namespaces/{quote(namespace, safe='')}" if served.namespaced else ""
    return f"{root}{scope}/{served.plural}/{quote(name, safe='')}"


def path_of_manifest(manifest: Mapping[str, Any]) -> str:
    """Give the path of the object that a manifest describes."""
    metadata = manifest["metadata"]
    return path_of(manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"])
