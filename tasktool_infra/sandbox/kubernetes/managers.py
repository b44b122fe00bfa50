"""Who owns which fields: reads and writes `metadata.managedFields`, applies and updates objects by its rules.

Source: Kubernetes documentation, "Server-Side Apply"; `sigs.k8s.io/structured-merge-diff`, package merge, for the
rules; apimachinery, package managedfields, for names, order and messages. Pure: the time comes from the caller.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.sandbox.kubernetes import errors, fields
from tasktool_infra.sandbox.kubernetes.paths import Path, Paths, below, display, from_tree, to_tree, with_parents
from tasktool_infra.sandbox.kubernetes.schema import Type, without_nulls

Json = dict[str, Any]

SERVERS_OWN = frozenset(
    {("f:apiVersion",), ("f:kind",), ("f:metadata",)}
    | {
        ("f:metadata", "f:" + name)
        for name in ("name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields")
    }
    | {("f:metadata", "f:resourceVersion")}
)
"""Fields that nobody owns."""


@frozen(order=True)
class Manager:
    """One line of managedFields: who, by which operation, in which version, on which subresource."""

    operation: str
    name: str
    version: str
    subresource: str = ""

    def __str__(self) -> str:
        where = f' with subresource "{self.subresource}"' if self.subresource else ""
        using = f" using {self.version}" if self.operation == "Update" else ""
        return f'"{self.name}"{where}{using}'


@frozen
class Owned:
    """What a manager owns and since when it is exactly this."""

    paths: Paths
    time: str


Managers = Mapping[Manager, Owned]


class ConflictsError(Exception):
    """Fields that others own and that an unforced apply would change."""

    def __init__(self, conflicts: list[tuple[Manager, Path]]) -> None:
        super().__init__(str(conflicts))
        self.conflicts = conflicts

    def as_api_error(self) -> errors.ApiError:
        """Give the 409 that the real server answers."""
        said = [(f"conflict with {who}", display(path)) for who, path in self.conflicts]
        causes = [{"reason": "FieldManagerConflict", "message": text, "field": field} for text, field in said]
        if len(said) == 1:
            return errors.apply_conflict(f"Apply failed with 1 conflict: {said[0][0]}: {said[0][1]}", causes)
        groups: dict[str, list[str]] = {}
        for text, field in said:
            groups.setdefault(text.replace("conflict with", "conflicts with"), []).append(f"- {field}")
        lines = "\n".join("\n".join([f"{text}:", *listed]) for text, listed in sorted(groups.items()))
        return errors.apply_conflict(f"Apply failed with {len(said)} conflicts: {lines}", causes)


def decode(entries: list[Json]) -> Managers:
    """Read managedFields; entries without fields (the empty one that resets) are left out."""
    return {
        Manager(entry["operation"], entry["manager"], entry["apiVersion"], entry.get("subresource", "")): Owned(
            from_tree(entry["fieldsV1"]), entry.get("time", "")
        )
        for entry in entries
        if entry.get("fieldsV1")
    }


def encode(managers: Managers) -> list[Json]:
    """ManagedFields in the order of the real server."""
    ordered = sorted(managers.items(), key=lambda item: (item[0].operation, item[1].time, item[0]))
    return [_entry(who, what) for who, what in ordered if what.paths]


def _entry(who: Manager, what: Owned) -> Json:
    entry = {
        "manager": who.name,
        "operation": who.operation,
        "apiVersion": who.version,
        "time": what.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": to_tree(what.paths),
    }
    return entry | ({"subresource": who.subresource} if who.subresource else {})


def apply(live: Json, config: Json, kind: Type, who: Manager, *, time: str, force: bool) -> Json:
    """Give the object after `who` applied `config` onto `live`; both without status when that is not what is applied.

    Raises ConflictsError, and SchemaError for lists with duplicate items.
    """
    managers = dict(decode(managed(live)))
    before = managers.get(who, Owned(frozenset(), time))
    wanted = fields.owned(without_managed(config), kind)
    managers[who] = Owned(wanted, time)
    old = without_managed(live)
    new = _drop(fields.merge(old, without_managed(config), kind), kind, before.paths, managers)
    changes = fields.compare(old, new, kind)
    managers = _give_way(managers, who, changes, force=force)
    managers[who] = _since(Owned(wanted - SERVERS_OWN, time), before)
    return with_managed(new if changes else old, managers)


def _drop(merged: Json, kind: Type, before: Paths, managers: Managers) -> Json:
    """Remove what the manager applied before and neither applies now nor anybody else owns."""
    kept = with_parents(frozenset[Path]().union(*(what.paths for what in managers.values())))
    gone = with_parents(before) - kept
    result: Json = without_nulls(fields.remove(merged, kind, to_tree(gone)) or {})
    return result


def update(live: Json, new: Json, kind: Type, who: Manager, *, time: str) -> Json:
    """Give the object after a plain write (create, replace, patch) of `new` by `who`, which takes what it changed.

    managedFields in `new` that differ from the live ones are taken as given: so they can be edited.
    """
    given = managed(new)
    managers = dict(decode(given)) or ({} if given else dict(decode(managed(live))))
    cleaned: Json = without_nulls(without_managed(new))
    changes = fields.compare(without_managed(live), cleaned, kind)
    before = managers.get(who, Owned(frozenset(), time))
    managers = _give_way(managers, who, changes, force=True)
    now = (before.paths - below(before.paths, changes.removed)) | (changes.written - SERVERS_OWN)
    managers[who] = _since(Owned(now, time), before)
    return with_managed(cleaned, managers)


def _give_way(managers: Managers, who: Manager, changes: fields.Comparison, *, force: bool) -> dict[Manager, Owned]:
    """Give the others without the fields that a write takes from them."""
    others = {other: what for other, what in managers.items() if other != who}
    taken = {other: what.paths & changes.written for other, what in others.items()}
    if not force and any(taken.values()):
        raise ConflictsError([(other, path) for other, paths in sorted(taken.items()) for path in sorted(paths)])
    return {
        other: evolve(what, paths=what.paths - taken[other] - below(what.paths, changes.removed))
        for other, what in others.items()
    }


def _since(now: Owned, before: Owned) -> Owned:
    """Keep the time of an unchanged set, so that an unchanged apply changes nothing."""
    return before if now.paths == before.paths else now


def managed(value: Json) -> list[Json]:
    """metadata.managedFields, empty when absent."""
    found: list[Json] = value.get("metadata", {}).get("managedFields") or []
    return found


def without_managed(value: Json) -> Json:
    """Give the object without metadata.managedFields."""
    metadata = {name: child for name, child in value.get("metadata", {}).items() if name != "managedFields"}
    return value | {"metadata": metadata}


def with_managed(value: Json, managers: Managers) -> Json:
    """Give the object with metadata.managedFields."""
    entries = encode(managers)
    return value | {"metadata": value["metadata"] | ({"managedFields": entries} if entries else {})}
