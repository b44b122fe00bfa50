"""Takes an object over from kubectl, so that nothing becomes undeletable.

What kubectl wrote stays kubectl's beside us, and then outlives its place in our manifest. Its entries in managedFields
are moved to ours, as `kubectl apply --server-side` does with those of `kubectl apply`. Source: Kubernetes, server-side
apply, "Upgrading from client-side apply"; client-go, util/csaupgrade.
"""

import json
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.kube.managed import Entry, Fields, entries, is_ours, leaves, overlap, owned, union, without
from tasktool_infra.values.frozen import freeze

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
APPLIERS = ("kubectl-client-side-apply", "before-first-apply")
"""Who owns what a client-side apply wrote, server's defaults included."""
SERVER_SIDE = "kubectl"
"""Who owns what `kubectl apply --server-side` wrote, and nothing besides, where nobody has named another manager."""
_POINTER = f"/metadata/annotations/{LAST_APPLIED.replace('/', '~1')}"
_ANNOTATION: Fields = {"f:metadata": {"f:annotations": {f"f:{LAST_APPLIED}": {}}}}


@frozen(kw_only=True)
class TakeOver:
    """A JSON patch that moves entries of kubectl to us, whose they were, and what the next apply then removes.

    The patch fails when anybody has changed the object meanwhile.
    """

    patch: tuple[Any, ...]
    managers: tuple[str, ...]
    going: tuple[tuple[str, Any, Any], ...] = ()
    leaving: Fields = field(factory=dict, eq=False, repr=False)
    """What our manifest does not have of what was kubectl's alone: ``going`` is of this."""

    def without(self, anew: Mapping[str, Any]) -> "TakeOver":
        """Give this without what comes again with the same value, as it stands in what the server would make anew."""
        again = {path: freeze(value) for path, value in leaves(anew, self.leaving)}
        going = tuple(entry for entry in self.going if entry[0] not in again or again[entry[0]] != entry[1])
        return evolve(self, going=going)


def take_over(found: Mapping[str, Any], merged: Mapping[str, Any], manager: str, *, whole: bool) -> TakeOver | None:
    """Give how to take an object over from kubectl; None when there is nothing to take.

    Takes:
        found: the live object.
        merged: what a forced dry-run of our apply makes of it.
        manager: ours.
        whole: whether the manifest describes all of the object: then what else kubectl has applied goes.

    """
    ours = owned(merged, manager) or {}
    # In `merged`, because a contested field is the force's business: kubectl loses it without our help.
    held = [entry["manager"] for entry in entries(merged) if _kubectls(entry) and overlap(entry["fieldsV1"], ours)]
    applied = _last_applied(found) if whole else None
    moved = [
        entry for entry in entries(found) if whole and (_is_server_sides(entry) or (applied and _is_appliers(entry)))
    ]
    if not held and not moved:
        return None
    left = _leaving(found, moved, ours, manager)
    return TakeOver(
        patch=freeze(_patch(found, _entries(found, moved, ours, manager))),
        managers=tuple(dict.fromkeys([*held, *(entry["manager"] for entry in moved)])),
        going=tuple(dict.fromkeys(_going(found, applied or {}, left))),
        leaving=reduce(union, (fields for _, fields in left), {}),
    )


def _kubectls(entry: Entry) -> bool:
    if _is_server_sides(entry):
        return True
    name = str(entry.get("manager", ""))
    update = entry.get("operation") == "Update" and not entry.get("subresource")
    return update and (name.startswith("kubectl") or name in APPLIERS)


def _is_appliers(entry: Entry) -> bool:
    return _kubectls(entry) and entry["manager"] in APPLIERS


def _is_server_sides(entry: Entry) -> bool:
    return is_ours(entry, SERVER_SIDE)


def _last_applied(found: Mapping[str, Any]) -> Any:
    """Give what kubectl last applied, by its own note; None when there is none."""
    try:
        applied = json.loads((found["metadata"].get("annotations") or {}).get(LAST_APPLIED, "null"))
    except (ValueError, RecursionError):
        return None
    return applied if isinstance(applied, dict) else None


def _entries(found: Mapping[str, Any], moved: list[Entry], ours: Fields, manager: str) -> list[Any]:
    """Give all managers' entries: those moved are ours now, and no other of kubectl has a field that we apply."""
    mine: dict[str, Any] = owned(found, manager) or {}
    for entry in moved:
        mine = union(mine, without(entry["fieldsV1"], _ANNOTATION))
    result = []
    for entry in entries(found):
        if is_ours(entry, manager) or entry in moved:
            continue
        left = without(entry["fieldsV1"], ours) if _kubectls(entry) else entry["fieldsV1"]
        result.extend([{**entry, "fieldsV1": left}] if left else [])
    version = {"apiVersion": found["apiVersion"], "fieldsType": "FieldsV1", "fieldsV1": mine}
    return [*([{"manager": manager, "operation": "Apply", **version}] if mine else []), *result]


def _patch(found: Mapping[str, Any], managers: list[Any]) -> list[dict[str, Any]]:
    metadata = found["metadata"]
    annotated = LAST_APPLIED in (metadata.get("annotations") or {})
    return [
        # Written, and so compared: a version that is not the latest is a conflict.
        {"op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
        {"op": "replace", "path": "/metadata/managedFields", "value": managers},
        *([{"op": "remove", "path": _POINTER}] if annotated else []),
    ]


def _leaving(found: Mapping[str, Any], moved: list[Entry], ours: Fields, manager: str) -> list[tuple[Entry, Fields]]:
    """Give with each moved entry what of it is in no other hands, and not in the manifest either."""
    # What we have applied before and drop now would have gone without kubectl: it goes then, and is told.
    others = [e["fieldsV1"] for e in entries(found) if e not in moved and not is_ours(e, manager)]
    result: list[tuple[Entry, Fields]] = []
    for entry in moved:
        alone = without(entry["fieldsV1"], ours)
        for other in (_ANNOTATION, *others):
            alone = without(alone, other)
        if alone:  # an empty set would mean all of it
            result.append((entry, alone))
    return result


def _going(
    found: Mapping[str, Any], applied: Mapping[str, Any], left: list[tuple[Entry, Fields]]
) -> Iterator[tuple[str, Any, Any]]:
    """Give what kubectl has applied and the manifest does not have.

    What the server filled in is in no note of a client-side apply, and no server-side apply has it: it comes again.
    """
    for entry, alone in left:
        noted = dict(leaves(found if _is_server_sides(entry) else applied, alone))
        yield from ((path, freeze(value), None) for path, value in leaves(found, alone) if path in noted)
