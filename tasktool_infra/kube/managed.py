"""Who owns which fields of an object: the sets that stand in `metadata.managedFields`.

A set is a tree: `f:name` is a field, `k:{…}` the list item with these keys, `v:…` a value of a set, `.` the thing
itself; an empty tree is all of it. Source: Kubernetes, server-side apply, "Field management"; structured-merge-diff.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]
Entry = Mapping[str, Any]
ITSELF = "."


def entries(manifest: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Give what an object says of its managers."""
    return tuple(manifest.get("metadata", {}).get("managedFields") or ())


def is_ours(entry: Entry, manager: str) -> bool:
    """Say whether an entry is that of a manager who applies."""
    return entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")


def owned(manifest: Mapping[str, Any], manager: str) -> Any:
    """Give the fields that a manager owns by apply, or None."""
    return next((entry.get("fieldsV1") for entry in entries(manifest) if is_ours(entry, manager)), None)


def union(one: Fields, other: Fields) -> dict[str, Any]:
    """Give what is in one of two sets."""
    both = {key: union(one[key], other[key]) for key in one.keys() & other.keys()}
    return {**one, **other, **both}


def without(one: Fields, other: Fields) -> dict[str, Any]:
    """Give what is in the first set and not in the second; whoever has something in a thing keeps the thing itself."""
    left: dict[str, Any] = {}
    for key, below in one.items():
        if key == ITSELF and other:
            continue
        if key not in other:
            left[key] = below
        elif below and other[key] and (rest := without(below, other[key])):
            left[key] = rest
    return left


def overlap(one: Fields, other: Fields) -> bool:
    """Say whether two sets have a field in common."""
    return any(
        key in other and ((not below and not other[key]) or overlap(below, other[key])) for key, below in one.items()
    )


def picked(value: Any, fields: Fields) -> Any:
    """Give the part of a value that a set names; lists keep their order."""
    if not fields.keys() - {ITSELF}:
        # Of a thing that is only there itself, what is in it is others'.
        return type(value)() if fields and isinstance(value, dict | list) else value
    if isinstance(value, Mapping):
        return {key[2:]: picked(value[key[2:]], below) for key, below in fields.items() if key[2:] in value}
    if not isinstance(value, list):
        return value
    return [picked(item, below) for item in value for key, below in fields.items() if _names(key, item)]


def leaves(value: Any, fields: Fields, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give path and value of everything in a value that a set names, whole things as such."""
    if ITSELF in fields or not fields:
        yield path, value
        return
    for key, below in fields.items():
        if isinstance(value, Mapping) and key.startswith("f:") and key[2:] in value:
            yield from leaves(value[key[2:]], below, f"{path}.{key[2:]}")
        for item in value if isinstance(value, list) else ():
            if _names(key, item):
                yield from leaves(item, below, f"{path}[{_label(key)}]")


def _names(key: str, item: Any) -> bool:
    """Say whether an element of a tree means an item of a list; a key that the item leaves to the server fits."""
    sort, _, text = key.partition(":")
    if sort == "k" and isinstance(item, Mapping):
        return all(item.get(name, wanted) == wanted for name, wanted in json.loads(text).items())
    return sort == "v" and json.loads(text) == item


def _label(key: str) -> str:
    parts = json.loads(key[2:])
    if isinstance(parts, dict) and parts.keys() == {"name"}:
        return str(parts["name"])
    return ",".join(f"{name}={value}" for name, value in parts.items()) if isinstance(parts, dict) else str(parts)
