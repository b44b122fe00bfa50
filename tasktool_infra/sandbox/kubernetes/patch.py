"""The three patches that kubectl sends. Source: RFC 6902, RFC 7386, and Kubernetes' "Strategic Merge Patch". Pure."""

import copy
from typing import Any

from tasktool_infra.sandbox.kubernetes.errors import ApiError, bad_request
from tasktool_infra.sandbox.kubernetes.schema import Items, Record, Type, shape

Json = dict[str, Any]


def merge_patch(value: Any, patch: Any) -> Any:
    """RFC 7386: maps are merged, null removes, everything else is replaced."""
    if not isinstance(patch, dict):
        return patch
    base = value if isinstance(value, dict) else {}
    merged = {name: merge_patch(base.get(name), child) for name, child in patch.items() if child is not None}
    return {name: child for name, child in base.items() if name not in patch} | merged


def json_patch(value: Any, operations: list[Json]) -> Any:
    """RFC 6902; raises ApiError: 422 for a failed test or a missing path, 400 for an unknown operation."""
    if not isinstance(operations, list):
        raise bad_request("a JSON patch is a list of operations")
    result = copy.deepcopy(value)
    for operation in operations:
        try:
            result = _operate(result, operation)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            why = "the server rejected our request due to an error in our request"
            raise ApiError(422, "Invalid", why, {}) from error
    return result


def _operate(root: Any, operation: Json) -> Any:
    verb, path = operation["op"], _pointer(operation["path"])
    if verb == "test":
        if _at(root, path) != operation.get("value"):
            raise ValueError("the test failed")
        return root
    if verb in ("copy", "move"):
        found = copy.deepcopy(_at(root, _pointer(operation["from"])))
        if verb == "move":
            root = _take(root, _pointer(operation["from"]))
        return _put(root, path, found, replace=False)
    if verb in ("add", "replace"):
        return _put(root, path, operation["value"], replace=verb == "replace")
    if verb == "remove":
        return _take(root, path)
    raise bad_request(f"unknown operation in a JSON patch: {verb}")


def _pointer(text: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _at(root: Any, path: list[str]) -> Any:
    for part in path:
        root = root[int(part)] if isinstance(root, list) else root[part]
    return root


def _put(root: Any, path: list[str], value: Any, *, replace: bool) -> Any:
    if not path:
        return value
    parent, last = _at(root, path[:-1]), path[-1]
    if replace:
        _at(root, path)
    if isinstance(parent, dict):
        parent[last] = value
    elif replace:
        parent[int(last)] = value
    else:
        parent.insert(len(parent) if last == "-" else int(last), value)
    return root


def _take(root: Any, path: list[str]) -> Any:
    parent, last = _at(root, path[:-1]), path[-1]
    del parent[int(last) if isinstance(parent, list) else last]
    return root


def strategic_patch(value: Any, patch: Any, kind: Type) -> Any:
    """Like a merge patch, but lists of structs are merged by their first key and sets are joined.

    `$patch` (replace, delete) and `$deleteFromPrimitiveList` are honoured; `$setElementOrder` and `$retainKeys` are
    hints that such a merge does not need.
    """
    form = shape(kind, patch)
    if isinstance(form, Record) and isinstance(patch, dict):
        return _merge_record(value if isinstance(value, dict) else {}, patch, form)
    if isinstance(form, Items) and isinstance(patch, list):
        return _merge_list(value if isinstance(value, list) else [], patch, form)
    return {name: child for name, child in patch.items() if name != "$patch"} if isinstance(patch, dict) else patch


def _merge_record(value: Json, patch: Json, form: Record) -> Json:
    if patch.get("$patch") == "replace":
        return {name: child for name, child in patch.items() if name != "$patch"}
    result = dict(value)
    for name, child in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.split("/", 1)[1]
            result[field] = [item for item in result.get(field, []) if item not in child]
        elif child is None:
            result.pop(name, None)
        elif not name.startswith("$"):
            result[name] = strategic_patch(result.get(name), child, form.type_of(name) or "any")
    return result


def _merge_list(value: list[Any], patch: list[Any], form: Items) -> list[Any]:
    if form.keys is None:
        return value + [item for item in patch if item not in value]
    if {"$patch": "replace"} in patch:
        return [item for item in patch if item != {"$patch": "replace"}]
    key = next(iter(form.keys))
    merged = {item.get(key): item for item in value}
    for item in patch:
        if item.get("$patch") == "delete":
            merged.pop(item.get(key), None)
        else:
            merged[item.get(key)] = strategic_patch(merged.get(item.get(key)), item, form.item)
    return list(merged.values())
