"""What the server says about itself: versions, groups, resources, and as much OpenAPI as kubectl asks for."""

from typing import Any

from tasktool_infra.sandbox.kubernetes.address import subresources
from tasktool_infra.sandbox.kubernetes.kinds import KINDS, REVIEWS, Kind

Json = dict[str, Any]

VERSION: Json = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.3+sandbox",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "python",
    "platform": "sandbox",
}
IN_ALL = (
    "pods",
    "services",
    "deployments",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "jobs",
    "cronjobs",
    "horizontalpodautoscalers",
)
VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def document(path: str) -> Json | None:
    """Give the document at a path, None where there is none."""
    if path in ("/api", "/apis"):
        return _core_versions() if path == "/api" else _groups()
    if path == "/openapi/v3":
        return {"paths": {gv: {"serverRelativeURL": f"/openapi/v3/{gv}"} for gv in _by_version()}}
    if path.startswith("/openapi/v3/"):
        return _openapi(path.removeprefix("/openapi/v3/"))
    if path.strip("/") in _by_version():
        return _resources(path.strip("/"))
    groups = [group for group in _groups()["groups"] if path == f"/apis/{group['name']}"]
    return {"kind": "APIGroup", "apiVersion": "v1", **groups[0]} if groups else None


def _core_versions() -> Json:
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def _groups() -> Json:
    versions = {kind.group: kind for kind in KINDS + REVIEWS if kind.group}
    groups = [_group(kind) for kind in versions.values()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _group(kind: Kind) -> Json:
    version = {"groupVersion": kind.api_version, "version": kind.version}
    return {"name": kind.group, "versions": [version], "preferredVersion": version}


def _by_version() -> dict[str, list[Kind]]:
    """Give the kinds by `api/v1`, `apis/apps/v1`."""
    found: dict[str, list[Kind]] = {}
    for kind in KINDS + REVIEWS:
        found.setdefault(f"apis/{kind.api_version}" if kind.group else "api/v1", []).append(kind)
    return found


def _resources(version: str) -> Json:
    kinds = _by_version()[version]
    resources = [resource for kind in kinds for resource in (_resource(kind), *_subresources(kind))]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": kinds[0].api_version,
        "resources": resources,
    }


def _resource(kind: Kind) -> Json:
    return {
        "name": kind.plural,
        "singularName": kind.name.lower(),
        "namespaced": kind.namespaced,
        "kind": kind.name,
        "verbs": ["create"] if kind.review else VERBS,
        **({"shortNames": list(kind.short)} if kind.short else {}),
        **({"categories": ["all"]} if kind.plural in IN_ALL else {}),
    }


def _subresources(kind: Kind) -> list[Json]:
    shared = {"singularName": "", "namespaced": kind.namespaced}
    return [
        shared | {"name": f"{kind.plural}/{name}", "verbs": ["get", "patch", "update"]} | _subresource_kind(kind, name)
        for name in subresources(kind)
    ]


def _subresource_kind(kind: Kind, name: str) -> Json:
    if name == "scale":
        return {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    if name == "token":
        return {"group": "authentication.k8s.io", "version": "v1", "kind": "TokenRequest", "verbs": ["create"]}
    return {"kind": kind.name}


def _openapi(version: str) -> Json | None:
    """No schemas: only that a PATCH takes fieldValidation, so that kubectl leaves validation to the server."""
    kinds = _by_version().get(version)
    if kinds is None:
        return None
    info = {"title": "sandbox", "version": str(VERSION["gitVersion"])}
    paths = {f"/{version}/{kind.plural}/{{name}}": {"patch": _patch_operation(kind)} for kind in kinds}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": {}}}


def _patch_operation(kind: Kind) -> Json:
    names = ("dryRun", "fieldManager", "fieldValidation", "force")
    return {
        "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names],
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.name},
    }
