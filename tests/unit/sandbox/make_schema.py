"""Makes `schema.json` of the sandbox's Kubernetes API from the types that client-go carries.

`python make_schema.py INTERNAL_GO OUTPUT`, where INTERNAL_GO is `applyconfigurations/internal/internal.go` of the Go
module `k8s.io/client-go` (Apache License 2.0; `go mod download k8s.io/client-go@v0.36.3`). Only the kinds that the
sandbox serves and what they are made of are kept, in a shorter spelling, which `schema.py` explains.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOTS = (
    *(f"core.v1.{kind}" for kind in ("ConfigMap", "Event", "Namespace", "Node", "Pod", "Secret", "Service")),
    *(f"core.v1.{kind}" for kind in ("PersistentVolumeClaim", "ServiceAccount")),
    *(f"apps.v1.{kind}" for kind in ("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
    *(f"batch.v1.{kind}" for kind in ("CronJob", "Job")),
    *(f"networking.v1.{kind}" for kind in ("Ingress", "IngressClass", "NetworkPolicy")),
    *(f"rbac.v1.{kind}" for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
    "autoscaling.v2.HorizontalPodAutoscaler",
    "policy.v1.PodDisruptionBudget",
)


def short(name: str) -> str:
    """`io.k8s.api.core.v1.Pod` as `core.v1.Pod`."""
    return re.sub(r"^io\.k8s\.(api|apimachinery\.pkg\.apis|apimachinery\.pkg)\.", "", name)


def scalar_or_any(atom: dict[str, Any]) -> str:
    """Give a scalar's name; `any` and `any_atomic` for the two kinds of value without a type."""
    if "list" not in atom:
        return str(atom["scalar"])
    return "any_atomic" if atom["map"]["elementRelationship"] == "atomic" else "any"


def compact_list(atom: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """Give a list: the type of its items, its keys with their defaults, or that it is a set."""
    result: dict[str, Any] = {"list": compact(atom["elementType"], types)}
    if atom["elementRelationship"] == "associative":
        result |= {"keys": keys(atom, types)} if "keys" in atom else {"set": True}
    return result


def keys(atom: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """Give the keys of a list of structs, each with its default (`protocol: TCP`) or null."""
    item = types[atom["elementType"]["namedType"]]
    defaults = {field["name"]: field.get("default") or None for field in item["map"]["fields"]}
    return {key: defaults[key] for key in atom["keys"]}


def compact_map(atom: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """Give a struct (`fields`) or a map (`map`), `atomic` when only the whole can be owned."""
    atomic = {"atomic": True} if atom.get("elementRelationship") == "atomic" else {}
    if "fields" in atom:
        return {"fields": {field["name"]: field_type(field, types) for field in atom["fields"]}} | atomic
    return {"map": compact(atom["elementType"], types)} | atomic


def field_type(field: dict[str, Any], types: dict[str, Any]) -> Any:
    """Give the type of a field; a struct that is always there, if empty (its default says so), is `@name`."""
    kind = compact(field["type"], types)
    embedded = field.get("default") == {} and isinstance(kind, str) and kind.startswith("#")
    return "@" + kind[1:] if embedded else kind


def compact(atom: dict[str, Any], types: dict[str, Any]) -> Any:
    """One type in the shorter spelling; a named type is `#name`."""
    if "namedType" in atom:
        name = atom["namedType"]
        return {"__untyped_atomic_": "any_atomic", "__untyped_deduced_": "any"}.get(name, "#" + short(name))
    if "scalar" in atom:
        return scalar_or_any(atom)
    return compact_list(atom["list"], types) if "list" in atom else compact_map(atom["map"], types)


def reachable(types: dict[str, Any]) -> dict[str, Any]:
    """Give what the served kinds are made of."""
    found: dict[str, Any] = {}
    todo = set(ROOTS)
    while todo:
        name = todo.pop()
        found[name] = types[name]
        todo |= set(re.findall(r'"[#@]([^"]+)"', json.dumps(types[name]))) - found.keys()
    return dict(sorted(found.items()))


def main(source: Path, target: Path) -> None:
    """Read the Go file, write the JSON, one type on a line."""
    text = source.read_text().split("typed.YAMLObject(`", 1)[1].split("`)", 1)[0]
    types = {entry["name"]: entry for entry in yaml.safe_load(text)["types"]}
    result = reachable({short(name): compact(entry, types) for name, entry in types.items()})
    lines = (f"{json.dumps(name)}: {json.dumps(kind, separators=(',', ':'))}" for name, kind in result.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
