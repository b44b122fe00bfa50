"""What an apply would change of a live object, judged by the server's own dry-run."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.values.frozen import freeze

_SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


@frozen
class Drift:
    """The differences live → merged, as (path, old, new); wanted is none."""

    entries: tuple[tuple[str, Any, Any], ...] = ()

    def without(self, prefixes: tuple[str, ...]) -> "Drift":
        """Give this without the paths that begin with one of these: other fields tell of them."""
        return Drift(tuple(entry for entry in self.entries if not entry[0].startswith(prefixes)))

    def differences(self, live: "Drift | None") -> Iterator[tuple[str, Any, Any]]:
        """Give what ``live`` would lose to become this, path by path."""
        yield from live.entries if live is not None else ()


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
            yield from _between(f"{path}[{index}]", before, after)
    else:
        yield path, freeze(old), freeze(new)


def owned(manifest: Mapping[str, Any], manager: str) -> Any:
    """Give the fields that a manager owns by apply (fieldsV1), or None."""
    entries = manifest.get("metadata", {}).get("managedFields") or ()
    for entry in entries:
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource"):
            return entry.get("fieldsV1")
    return None
