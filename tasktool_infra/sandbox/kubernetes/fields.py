"""Objects as trees of fields: which fields a value has, what differs, how two are merged, what is left without some.

The four operations on which server-side apply stands, as in `sigs.k8s.io/structured-merge-diff`, package typed. Pure.
"""

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tasktool_infra.sandbox.kubernetes.paths import Path, Paths, Tree, canonical
from tasktool_infra.sandbox.kubernetes.schema import Items, Leaf, Record, SchemaError, Shape, Type, shape

MISSING: Any = object()
Child = tuple[str, Any, Type]


@frozen
class Comparison:
    """The paths by which a new object differs from an old one."""

    added: Paths
    modified: Paths
    removed: Paths

    def __bool__(self) -> bool:
        return bool(self.added or self.modified or self.removed)

    @property
    def written(self) -> Paths:
        """What the new object sets."""
        return self.added | self.modified


def element(item: Any, keyed: Items) -> str:
    """Give the path element of a list item; raises SchemaError when it has none of the keys."""
    if keyed.keys is None:
        return "v:" + canonical(item)
    if not any(key in item for key in keyed.keys):
        raise SchemaError(f"associative list with keys has an element that omits key field {', '.join(keyed.keys)}")
    values = {key: item.get(key, default) for key, default in keyed.keys.items()}
    return "k:" + canonical({key: value for key, value in values.items() if value is not None})


def children(value: Any, form: Shape) -> Iterator[Child]:
    """Give the parts of a value that can be owned apart: element, value, type."""
    if isinstance(form, Record) and isinstance(value, dict):
        yield from (("f:" + name, child, form.type_of(name) or "any") for name, child in value.items())
    elif isinstance(form, Items) and isinstance(value, list):
        yield from ((element(item, form), item, form.item) for item in value)


def is_member(form: Shape) -> bool:
    """Whether the parts are owned as such, and not only through what stands in them: list items and map entries."""
    return isinstance(form, Items) or (isinstance(form, Record) and form.other not in (None, "any"))


def owned(value: Any, kind: Type, path: Path = ()) -> Paths:
    """Give the fields that an applied configuration sets; raises SchemaError for a duplicate list item."""
    form = shape(kind, value)
    if isinstance(form, Leaf) or value is None or value == {}:
        return frozenset({path} if path else ())
    found: set[Path] = set()
    seen: set[str] = set()
    for name, child, child_kind in children(value, form):
        if name in seen:
            raise SchemaError(f"duplicate entries for key {name[2:]}")
        seen.add(name)
        found |= owned(child, child_kind, (*path, name)) | ({(*path, name)} if is_member(form) else set())
    return frozenset(found)


def compare(old: Any, new: Any, kind: Type) -> Comparison:
    """Give what a write changed."""
    changes: dict[str, set[Path]] = {"added": set(), "modified": set(), "removed": set()}
    for change, path in _changes(old, new, kind, ()):
        changes[change].add(path)
    return Comparison(**{name: frozenset(paths) for name, paths in changes.items()})


def _changes(old: Any, new: Any, kind: Type, path: Path) -> Iterator[tuple[str, Path]]:
    form = shape(kind, old if new is MISSING else new)
    if old is MISSING or new is MISSING:
        change, value = ("added", new) if old is MISSING else ("removed", old)
        if path and (change == "removed" or not _is_always_there(kind, path, value)):
            yield change, path
    elif isinstance(form, Leaf) or not (old or new) or type(old) is not type(new):
        if old != new:
            yield "modified", path
        return
    before = {name: (child, child_kind) for name, child, child_kind in children(old, form)}
    after = {name: (child, child_kind) for name, child, child_kind in children(new, form)}
    for name in before | after:
        left, right = before.get(name, (MISSING, None)), after.get(name, (MISSING, None))
        yield from _changes(left[0], right[0], left[1] or right[1] or "any", (*path, name))


def _is_always_there(kind: Type, path: Path, value: Any) -> bool:
    """Say whether a field is part of every object and so can't be new: `spec`, and the list of containers."""
    return bool(value) and ((isinstance(kind, str) and kind.startswith("@")) or path[-1] == "f:containers")


def merge(live: Any, config: Any, kind: Type) -> Any:
    """Give the live value with everything that the configuration sets."""
    form = shape(kind, config)
    if isinstance(form, Record) and isinstance(live, dict) and isinstance(config, dict):
        merged = {name: merge(live.get(name), child, form.type_of(name) or "any") for name, child in config.items()}
        return live | merged
    if isinstance(form, Items) and isinstance(live, list) and isinstance(config, list):
        return _merge_items(live, config, form)
    return config


def _merge_items(live: list[Any], config: list[Any], form: Items) -> list[Any]:
    before = {element(item, form): item for item in live}
    after = {element(item, form): item for item in config}
    order = list(after)
    previous = None
    for name in before:  # what only the live list has stays behind the item that it stood behind
        if name not in after:
            order.insert(order.index(previous) + 1 if previous in order else 0, name)
        previous = name
    merged = {name: merge(before.get(name), item, form.item) for name, item in after.items()}
    return [merged.get(name, before.get(name)) for name in order]


def remove(value: Any, kind: Type, gone: Tree) -> Any:
    """Give the value without the members of a set (as a tree); what thereby becomes empty is None."""
    form = shape(kind, value)
    if isinstance(form, Leaf):
        return value
    kept = [
        (name, remove(child, child_kind, gone[name]) if name in gone else child)
        for name, child, child_kind in children(value, form)
        if not _is_whole(gone.get(name))
    ]
    left = [(name, child) for name, child in kept if child is not None]
    if isinstance(form, Items):
        return [child for _, child in left] or None
    return {name[2:]: child for name, child in left} or None


def _is_whole(node: Tree | None) -> bool:
    return node is not None and (not node or "." in node)
