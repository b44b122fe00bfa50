"""Sets of field paths in the form of `fieldsV1`, the way in which managedFields are written down.

A path is a tuple of elements: `f:name` (a field), `k:{"name":"a"}` (an item of a list with keys), `v:"a"` (an item of a
set). A set of paths is a frozenset, so that union, difference and equality are Python's own. Source: Kubernetes API
reference, FieldsV1, and `sigs.k8s.io/structured-merge-diff`, package fieldpath.
"""

import json
from collections.abc import Iterable
from typing import Any

Path = tuple[str, ...]
Paths = frozenset[Path]
Tree = dict[str, Any]


def canonical(value: Any) -> str:
    """JSON as the real server writes it into an element: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_tree(paths: Iterable[Path]) -> Tree:
    """Give the `fieldsV1` of a set: a leaf is `{}`, a member with fields below it has a `.`."""
    root: Tree = {}
    members = sorted(paths)
    for path in members:
        node = root
        for element in path:
            node = node.setdefault(element, {})
    for path in members:
        node = find(root, path)
        if node:
            node["."] = {}
    return root


def find(tree: Tree, path: Path) -> Tree:
    """Give the node of a path that is there."""
    for element in path:
        tree = tree[element]
    return tree


def from_tree(tree: Tree, path: Path = ()) -> Paths:
    """Give the set of a `fieldsV1`."""
    members = {path} if path and (not tree or "." in tree) else set()
    below = (from_tree(child, (*path, element)) for element, child in tree.items() if element != ".")
    return frozenset(members).union(*below)


def with_parents(paths: Paths) -> Paths:
    """Add every field on the way to a member, not list items: with its last field a struct goes too."""
    parents = {path[:length] for path in paths for length in range(1, len(path)) if path[length - 1].startswith("f:")}
    return paths | parents


def below(paths: Paths, prefixes: Iterable[Path]) -> Paths:
    """Give the members that are one of the prefixes or stand below one."""
    wanted = tuple(prefixes)
    return frozenset(path for path in paths if any(path[: len(prefix)] == prefix for prefix in wanted))


def display(path: Path) -> str:
    """Give a path as in the server's messages: `.spec.containers[name="a"].image`."""
    return "".join(map(_display_element, path))


def _display_element(element: str) -> str:
    kind, text = element.split(":", 1)
    if kind == "f":
        return "." + text
    if kind == "v":
        return f"[={text}]"
    return "[" + ",".join(f"{key}={canonical(value)}" for key, value in json.loads(text).items()) + "]"
