"""What the served kinds are made of, as far as ownership and merging need it.

`schema.json` holds one type on a line, taken from the types that client-go v0.36.3 carries for server-side apply
(`applyconfigurations/internal/internal.go`, Apache License 2.0). A type is

- `"string"`, `"numeric"`, `"boolean"`, `"untyped"`: a scalar;
- `"any"`: a value without a declared type: maps are granular, lists are atomic; `"any_atomic"`: atomic throughout;
- `{"fields": {name: type}}`: a struct, `{"map": type}`: a map; with `"atomic": true` only the whole can be owned;
- `{"list": type}`: an atomic list, with `"set": true` a set, with `"keys": {key: default}` a list of structs;
- `"#name"`: another line; `"@name"`: the same for a struct that is always there, be it empty.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from attrs import frozen

Type = str | dict[str, Any]

CUSTOM: Type = {
    "fields": {"apiVersion": "string", "kind": "string", "metadata": "#meta.v1.ObjectMeta", "spec": "any"}
    | {"status": "any"},
}
"""A custom resource: its own schema is not known here, so every field is allowed."""

SCALARS: dict[str, tuple[type, ...]] = {"string": (str,), "numeric": (int, float), "boolean": (bool,)}


class SchemaError(Exception):
    """A value that does not fit its type; the message starts with the field's path."""


@frozen
class Leaf:
    """A value that is owned as a whole: a scalar, an atomic map or list."""


@frozen
class Record:
    """A struct (`fields`) or a map (`other`, the type of all its values)."""

    fields: Mapping[str, Type]
    other: Type | None = None

    def type_of(self, name: str) -> Type | None:
        """Give the type of one field, None when it is not declared."""
        return self.fields.get(name, self.other)


@frozen
class Items:
    """A list whose items are owned one by one: by the values of `keys`, or by their own value when there are none."""

    item: Type
    keys: Mapping[str, Any] | None


Shape = Leaf | Record | Items


@functools.cache
def types() -> dict[str, Type]:
    """All types by name, read once."""
    loaded: dict[str, Type] = json.loads(resources.files(__package__).joinpath("schema.json").read_text("utf-8"))
    return loaded


def resolve(kind: Type) -> Type:
    """Follow `#name` and `@name`."""
    while isinstance(kind, str) and kind[0] in "#@":
        kind = types()[kind[1:]]
    return kind


def shape(kind: Type, value: Any) -> Shape:
    """How `value` is divided into fields that can be owned."""
    resolved = resolve(kind)
    if isinstance(resolved, str):
        return Record({}, "any") if resolved == "any" and isinstance(value, dict) else Leaf()
    if resolved.get("atomic"):
        return Leaf()
    if "fields" in resolved:
        return Record(resolved["fields"])
    if "map" in resolved:
        return Record({}, resolved["map"])
    return Items(resolved["list"], resolved.get("keys")) if "keys" in resolved or "set" in resolved else Leaf()


def check(value: Any, kind: Type, path: str = "") -> None:
    """Raise SchemaError for the first unknown field or wrong type, in the words of the real server."""
    resolved = resolve(kind)
    if value is None or resolved in ("any", "any_atomic", "untyped"):
        return
    if isinstance(resolved, str):
        _check_scalar(value, resolved, path)
        return
    for child, child_kind, child_path in _parts(value, resolved, path):
        if child_kind is None:
            raise SchemaError(f"{child_path}: field not declared in schema")
        check(child, child_kind, child_path)


def _check_scalar(value: Any, kind: str, path: str) -> None:
    if isinstance(value, SCALARS[kind]) and not (kind == "numeric" and isinstance(value, bool)):
        return
    if kind == "numeric":
        name = {str: "string", bool: "bool"}.get(type(value), type(value).__name__)
        raise SchemaError(f"{path}: expected numeric (int or float), got {name}")
    raise SchemaError(f"{path}: expected {kind}, got &value.valueUnstructured{{Value:{json.dumps(value)}}}")


def _parts(value: Any, kind: dict[str, Any], path: str) -> Iterator[tuple[Any, Type | None, str]]:
    if "list" in kind:
        if not isinstance(value, list):
            raise SchemaError(f"{path}: expected list, got {json.dumps(value)}")
        return ((item, kind["list"], f"{path}[{index}]") for index, item in enumerate(value))
    if not isinstance(value, dict):
        raise SchemaError(f"{path}: expected map, got {json.dumps(value)}")
    fields = kind.get("fields")
    return (
        (child, kind["map"] if fields is None else fields.get(name), f"{path}.{name}") for name, child in value.items()
    )


def prune(value: Any, kind: Type, path: str = "") -> tuple[Any, list[str]]:
    """Give the value without unknown fields, and their paths: what a plain write does with them."""
    resolved = resolve(kind)
    if value is None or isinstance(resolved, str):
        return value, []
    kept: dict[str, Any] = {}
    unknown: list[str] = []
    for child, child_kind, child_path in _parts(value, resolved, path):
        if child_kind is None:
            unknown.append(child_path.removeprefix("."))
        else:
            kept[child_path], below = prune(child, child_kind, child_path)
            unknown += below
    if isinstance(value, list):
        return list(kept.values()), unknown
    return {name.removeprefix(f"{path}."): child for name, child in kept.items()}, unknown


def without_nulls(value: Any) -> Any:
    """Give the value without fields that are null: null means absent in every built-in kind."""
    if isinstance(value, dict):
        return {name: without_nulls(child) for name, child in value.items() if child is not None}
    return [without_nulls(child) for child in value] if isinstance(value, list) else value
