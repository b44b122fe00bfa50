"""What an apply would change of a live object: by the server's own dry-run, or by the fields that we own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.kube.managed import ITSELF, owned, picked
from tasktool_infra.values.frozen import freeze

_AMOUNT = re.compile(r"\.(limits|requests|hard|capacity)\.[^.]+$|\.sizeLimit$")
_SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


@frozen
class Drift:
    """The differences live → merged, as (path, old, new); wanted is none."""

    entries: tuple[tuple[str, Any, Any], ...] = ()

    def without(self, prefixes: tuple[str, ...]) -> "Drift":
        """Give this without the paths that begin with one of these: other fields tell of them."""
        left = (entry for entry in self.entries if not any(within(entry[0], prefix) for prefix in prefixes))
        return Drift(tuple(left))

    def differences(self, live: "Drift | None") -> Iterator[tuple[str, Any, Any]]:
        """Give what ``live`` would lose to become this, path by path."""
        yield from live.entries if live is not None else ()


def within(path: str, prefix: str) -> bool:
    """Say whether a path is another one, or leads below it; below a label or an annotation there is nothing."""
    if prefix.startswith((".metadata.labels.", ".metadata.annotations.")):
        return path == prefix  # their names may have dots: that of one may begin with that of another
    return path == prefix or (path.startswith(prefix) and path[len(prefix)] in ".[")


def drift(live: Mapping[str, Any], merged: Mapping[str, Any]) -> Drift:
    """Give what the dry-run ``merged`` would change of ``live``, but for what is the server's own business."""
    return Drift(tuple(_between("", trimmed(live), trimmed(merged))))


def trimmed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give an object without status and without the metadata that the server keeps."""
    metadata = {key: value for key, value in manifest.get("metadata", {}).items() if key not in _SERVERS_OWN}
    return {**{key: value for key, value in manifest.items() if key != "status"}, "metadata": metadata}


def _between(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _between(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _between(f"{path}[{_label(index, before, after)}]", before, after)
    else:
        yield path, freeze(old), freeze(new)


def _label(index: int, before: Any, after: Any) -> str:
    """Give what an item of a list is called: by its name where it has one that stays."""
    names = {each.get("name") if isinstance(each, Mapping) else None for each in (before, after)}
    name = names.pop() if len(names) == 1 else None
    return name if isinstance(name, str) else str(index)


def own_drift(live: Mapping[str, Any], manifest: Mapping[str, Any], manager: str) -> Drift:
    """Give where the fields that we own differ from the manifest: as much as can be known without the server's word."""
    wanted = _described(manifest)
    ours = _described({"metadata": {}, **picked(live, owned(live, manager) or {ITSELF: {}})})
    entries = _between("", _told_of(_described(live), ours, wanted), wanted)
    return Drift(tuple(entry for entry in entries if not _equal_amounts(*entry)))


def _described(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is described of an object, and not which one it is."""
    left = {key: value for key, value in _without_nulls(trimmed(manifest)).items() if key not in ("apiVersion", "kind")}
    metadata = {key: value for key, value in left["metadata"].items() if key not in ("name", "namespace")}
    return {**left, "metadata": metadata}


def _told_of(live: Any, ours: Any, wanted: Any) -> Any:
    """Give of a live value what is ours and what the manifest tells of."""
    if isinstance(live, Mapping) and isinstance(wanted, Mapping):
        mine = ours if isinstance(ours, Mapping) else {}
        keys = [key for key in live if key in mine or key in wanted]
        return {key: _told_of(live[key], mine.get(key), wanted.get(key)) for key in keys}
    if isinstance(live, list) and isinstance(wanted, list) and len(live) == len(wanted):
        mine_too = ours if isinstance(ours, list) and len(ours) == len(live) else [None] * len(live)
        return [_told_of(*each) for each in zip(live, mine_too, wanted, strict=True)]
    return ours if wanted is None else live


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _equal_amounts(path: str, old: Any, new: Any) -> bool:
    """Say whether two amounts of a resource are the same: the server writes 0.5 as 500m."""
    if not _AMOUNT.search(path):
        return False
    from kubernetes.utils.quantity import parse_quantity

    try:
        return bool(parse_quantity(old) == parse_quantity(new))  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        return False
