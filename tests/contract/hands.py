"""Changes to Kubernetes objects as other hands make them: kubectl annotate, kubectl label, patches."""

from typing import Any

from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.paths import path_of
from tests.controlplane.api import MERGE, Api

JSON_PATCH = "application/json-patch+json"


def path(thing: KubeObject) -> str:
    """Give the path of an object."""
    address = thing.address
    return path_of(address["api_version"], address["kind"], address.get("namespace", ""), address["name"])


def api_patch(api: Api, thing: KubeObject, operations: list[dict[str, Any]], manager: str = "kubectl-edit") -> None:
    api.call("PATCH", f"{path(thing)}?fieldManager={manager}", operations, JSON_PATCH).need()


def merge(api: Api, thing: KubeObject, body: dict[str, Any], manager: str = "kubectl-patch") -> None:
    api.call("PATCH", f"{path(thing)}?fieldManager={manager}", body, MERGE).need()


def annotate(api: Api, thing: KubeObject, annotations: dict[str, str]) -> None:
    merge(api, thing, {"metadata": {"annotations": annotations}}, "kubectl-annotate")


def label(api: Api, thing: KubeObject, labels: dict[str, str]) -> None:
    merge(api, thing, {"metadata": {"labels": labels}}, "kubectl-label")


def pointer(key: str) -> str:
    """Give a key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
