"""What the server says of a live object and our manifest: two calls side by side, and more where something differs."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.engine.errors import ApiError, Barred, Problem, Refused, TasktoolError
from tasktool_infra.engine.resource import Refusal
from tasktool_infra.kube.answers import (
    CONFLICT,
    FORBIDDEN,
    IMMUTABLE,
    INVALID,
    NO_KIND,
    NO_NAMESPACE,
    NO_OBJECT,
    REJECTED,
    TERMINATING,
    UNDECLARED,
    WEBHOOK,
)
from tasktool_infra.kube.drift import Drift, drift, own_drift
from tasktool_infra.kube.managed import owned
from tasktool_infra.kube.membership import among_members
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.scaling import autoscaler, without_replicas
from tasktool_infra.kube.takeover import TakeOver, take_over
from tasktool_infra.kube.transport import MANAGER
from tasktool_infra.values.frozen import thaw

HOST_GOING = Meaning("its namespace is being terminated")
UNKNOWN = Meaning("not known")
MISSING = {NO_OBJECT: GONE, NO_NAMESPACE: GONE}
REFUSED = (INVALID, IMMUTABLE, REJECTED, UNDECLARED)
_LONGEST = 40
"""How much of a name is in that of an object which is only tried: Services have 63 letters, CronJobs 52."""
PRODUCTS = {"cert-manager.io": "cert-manager"}
"""What to install for kinds that are not Kubernetes' own, by API group."""


@frozen(kw_only=True)
class Judgement:
    """What stands, and what an apply would do to it.

    ``applied`` is false where nothing differs and yet not all is ours; ``contested`` names who loses which field;
    ``autoscaler`` who has the replicas, which are left out then; ``objection`` is why it can't be applied.
    """

    found: Mapping[str, Any] = field(repr=False)
    drift: Drift = Drift()
    applied: bool = False
    contested: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    autoscaler: str = ""
    takeover: TakeOver | None = None
    objection: Refusal | None = None


def address(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give what every call about an object says."""
    metadata = manifest["metadata"]
    where = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
    return {"api_version": manifest["apiVersion"], "kind": manifest["kind"], **where, "name": metadata["name"]}


def get(manifest: Mapping[str, Any]) -> Call:
    """Give the call that reads an object."""
    return Call(SERVICE, "get", address(manifest), expects=MISSING, among=among_members(manifest))


def judge(manifest: Mapping[str, Any], *, whole: bool) -> Reading[Judgement | None]:
    """Read the object and, beside it, what an apply would make of it.

    ``whole`` says that the manifest describes all of the object, as :func:`take_over` wants to know.
    """
    try:
        found, merged = yield (get(manifest), _dry_run(manifest))
    except ApiError as error:
        return (yield from _barred(manifest, error))
    if found is GONE:
        return None
    if isinstance(merged, Meaning) or found["metadata"].get("deletionTimestamp"):
        return Judgement(found=found)
    scaler = yield from autoscaler(found, manifest)
    if scaler:
        manifest = without_replicas(manifest)
        merged = yield _dry_run(manifest)
        if isinstance(merged, Meaning):
            return Judgement(found=found)
    return (yield from _compared(manifest, found, merged, scaler, whole=whole))


def _compared(
    manifest: Mapping[str, Any], found: Mapping[str, Any], merged: Mapping[str, Any], scaler: str, *, whole: bool
) -> Reading[Judgement]:
    differences, takeover = drift(found, merged), take_over(found, merged, MANAGER, whole=whole)
    if takeover is not None and takeover.going:
        takeover = yield from _without_defaults(takeover, manifest, found["metadata"]["uid"])
    if takeover is not None:
        differences = Drift((*differences.entries, *takeover.going))
    remarks = (f"spec.replicas is left to {scaler}",) if scaler else ()
    # Where a value differs, the apply that mends it takes the field over too: then that is all there is to tell.
    applied = bool(differences.entries) or (takeover is None and owned(found, MANAGER) == owned(merged, MANAGER))
    known = Judgement(
        found=found, drift=differences, applied=applied, remarks=remarks, autoscaler=scaler, takeover=takeover
    )
    if applied and not differences.entries:
        return known
    answer = yield Call(SERVICE, "contested", {"manifest": manifest}, expects=MISSING)
    contested = () if isinstance(answer, Meaning) else _contested(answer)
    return evolve(known, contested=contested, remarks=(*remarks, *contested, *_taken(takeover)))


def _dry_run(manifest: Mapping[str, Any], expects: Mapping[str, Meaning] = MISSING) -> Call:
    parameters = {"manifest": manifest, "force": True, "dry_run": True}
    # A conflict here is a precondition on the object's UID or version, never on fields: those are forced.
    return Call(SERVICE, "apply", parameters, expects={**expects, TERMINATING: HOST_GOING, CONFLICT: GONE})


def _without_defaults(takeover: TakeOver, manifest: Mapping[str, Any], uid: str) -> Reading[TakeOver]:
    """Give a takeover without what the server fills in again, as it would in an object of another name.

    Where it would take no such object, all counts as going.
    """
    name = f"{manifest['metadata']['name'][:_LONGEST]}-{uid[:8]}"
    another = {**manifest, "metadata": {**manifest["metadata"], "name": name}}
    anew = yield _dry_run(another, {**MISSING, **dict.fromkeys((*REFUSED, FORBIDDEN, WEBHOOK), UNKNOWN)})
    return takeover if isinstance(anew, Meaning) else takeover.without(anew)


def _barred(manifest: Mapping[str, Any], error: ApiError) -> Reading[Judgement]:
    """Find out what stands where the server takes no apply; raises what forbids even to judge."""
    unpatchable = error.code == FORBIDDEN and "cannot patch" in error.said
    if not unpatchable and error.code not in REFUSED:
        raise _refused(manifest, error)
    found = yield get(manifest)
    if found is GONE:
        raise Barred(error.message, next_step=error.next_step) if unpatchable else _refused(manifest, error)
    if found["metadata"].get("deletionTimestamp"):
        return Judgement(found=found)
    if not unpatchable:
        return Judgement(found=found, objection=Refusal(error.said, error.next_step))
    return _by_fields(manifest, found, error)


def _by_fields(manifest: Mapping[str, Any], found: Mapping[str, Any], error: ApiError) -> Judgement:
    """Compare what our manager owns: all that can be done without the server's own judgement."""
    differences = own_drift(found, thaw(manifest), MANAGER)
    remark = f"compared by the fields that we own only: {error.said}"
    if not differences.entries:
        return Judgement(found=found, applied=True, remarks=(remark,))
    shown = "; ".join(f"{path[1:]} is {old!r}, wanted {new!r}" for path, old, new in differences.entries)
    objection = Refusal(f"{shown}; {error.said}", error.next_step, Problem.DENIED)
    return Judgement(found=found, drift=differences, remarks=(remark,), objection=objection)


def _refused(manifest: Mapping[str, Any], error: ApiError) -> TasktoolError:
    """Give what the server has against the manifest as a refusal; any other error as it is."""
    if error.code == NO_KIND:
        group = manifest["apiVersion"].partition("/")[0]
        product = PRODUCTS.get(group, f"what brings the kinds of {group}")
        reason = f"the cluster does not know the kind {manifest['kind']} ({manifest['apiVersion']})"
        return Refused(reason, next_step=f"Install {product} in the cluster, then run again.")
    return Refused(error.said, next_step=error.next_step) if error.code in REFUSED else error


def _contested(answer: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"takes {cause.get('field')} over: {cause.get('message')}" for cause in answer["causes"])


def _taken(takeover: TakeOver | None) -> tuple[str, ...]:
    if takeover is None:
        return ()
    return (f"takes over what {', '.join(takeover.managers)} wrote, so that it goes when it leaves the manifest",)
