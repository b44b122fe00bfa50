"""A Kubernetes object by server-side apply: the server itself says, by dry-run, whether anything differs."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading, Step, Wait, write
from tasktool_infra.engine.errors import ApiError, Refused, TasktoolError
from tasktool_infra.engine.fields import fact, shared, state
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Phase, Removal, Resource
from tasktool_infra.kube import marks
from tasktool_infra.kube.answers import CONFLICT, INVALID, NO_KIND, NO_NAMESPACE, NO_OBJECT, TERMINATING, UNDECLARED
from tasktool_infra.kube.drift import Drift, drift, owned
from tasktool_infra.values.frozen import FrozenDict

SERVICE, MANAGER = "kubernetes", "tasktool-infra"
HOST_GOING = Meaning("its namespace is being terminated")
MISSING = {NO_OBJECT: GONE, NO_NAMESPACE: GONE}
GOING_DEADLINE = 180.0
PRODUCTS = {"cert-manager.io": "cert-manager"}
"""What to install for kinds that are not Kubernetes' own, by API group."""


@frozen(kw_only=True)
class KubeObject(Resource):
    """An object that is applied as a manifest; labels and annotations of others are kept.

    A live object equals the wanted one when a forced dry-run of our apply changes nothing and we own all that we apply:
    equal values that somebody else owns would stay for ever once we drop them. Source: Kubernetes, server-side apply.
    """

    layer = "access"
    api_version: ClassVar[str] = ""
    object_kind: ClassVar[str] = ""
    told: ClassVar[tuple[str, ...]] = (".metadata.labels",)
    """Paths whose differences fields of the kind tell of."""

    labels: FrozenDict[str] = shared(default=FrozenDict(), converter=FrozenDict)
    drift: Drift = state(default=Drift())
    applied: bool = state(default=True)
    uid: str = fact(default="")

    @abstractmethod
    def metadata(self) -> dict[str, Any]:
        """Give what the manifest's metadata says."""

    def manifest(self) -> dict[str, Any]:
        """Give what is applied."""
        return {"apiVersion": self.api_version, "kind": self.object_kind, "metadata": self.metadata()}

    @property
    def address(self) -> dict[str, str]:
        """What every call about the object says."""
        manifest = self.manifest()
        metadata = manifest["metadata"]
        where = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
        return {"api_version": manifest["apiVersion"], "kind": manifest["kind"], **where, "name": metadata["name"]}

    def marked(self, owner: Owner) -> Self:
        """Give this with the labels of its owner."""
        return evolve(self, labels=FrozenDict(self.labels | marks.marks(owner)))

    def read(self) -> Reading[Self | None]:
        """Read the object and, beside it, what an apply would make of it."""
        try:
            found, merged = yield (self.get(), self._dry_run())
        except ApiError as error:
            raise self._refused(error) from error
        if found is GONE:
            return None
        if merged is GONE or merged is HOST_GOING or found["metadata"].get("deletionTimestamp"):
            return self._live(found, Drift(), applied=False)
        differences = drift(found, merged)
        # Where a value differs, the apply that mends it takes the field over too: then that is all there is to tell.
        applied = bool(differences.entries) or owned(found, MANAGER) == owned(merged, MANAGER)
        live = self._live(found, differences, applied=applied)
        if applied and not differences.entries:
            return live
        answer = yield Call(SERVICE, "contested", {"manifest": self.manifest()}, expects=MISSING)
        return live if answer is GONE else evolve(live, remarks=_contested(answer))

    def _refused(self, error: ApiError) -> TasktoolError:
        """Give what the server has against the manifest as a refusal; any other error as it is."""
        address = self.address
        if error.code == NO_KIND:
            group = address["api_version"].partition("/")[0]
            product = PRODUCTS.get(group, f"what brings the kinds of {group}")
            reason = f"the cluster does not know the kind {address['kind']} ({address['api_version']})"
            return Refused(f"{self.key}: {reason}", next_step=f"Install {product} in the cluster, then run again.")
        if error.code == INVALID:
            way_out = "What can't be changed in place: delete the object by hand, then run again to have it made anew."
            return Refused(f"{self.key}: {error.said}", next_step=way_out)
        if error.code == UNDECLARED:
            return Refused(f"{self.key}: {error.said}", next_step=error.next_step)
        return error

    def get(self) -> Call:
        """Give the call that reads the object."""
        return Call(SERVICE, "get", self.address, expects=MISSING)

    def _dry_run(self) -> Call:
        parameters = {"manifest": self.manifest(), "force": True, "dry_run": True}
        # A conflict here is a precondition on the object's UID or version, never on fields: those are forced.
        return Call(SERVICE, "apply", parameters, expects={**MISSING, TERMINATING: HOST_GOING, CONFLICT: GONE})

    def _live(self, found: Mapping[str, Any], differences: Drift, *, applied: bool) -> Self:
        metadata = found["metadata"]
        labels = metadata.get("labels") or {}
        ours = self.metadata()
        going = Phase.DELETING if metadata.get("deletionTimestamp") else Phase.SETTLED
        kept = [f"label {key}" for key in sorted(labels.keys() - self.labels.keys())]
        others = (metadata.get("annotations") or {}).keys() - ours.get("annotations", {}).keys()
        return evolve(
            self,
            labels=FrozenDict({key: value for key, value in labels.items() if key in self.labels}),
            drift=differences.without(self.told),
            applied=applied,
            uid=metadata["uid"],
            ownership=marks.ownership(labels, self.labels),
            kept=(*kept, *(f"annotation {key}" for key in sorted(others))),
            **{"settled": going, **self.found(found)},
        )

    def found(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Give the further compared fields of a live object."""
        del manifest
        return {}

    def as_used(self, live: Self) -> Self:
        """Give this as it is wanted of an object that we do not own: just as it is."""
        return evolve(live, settled=Phase.SETTLED)

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Apply the manifest, after waiting for a predecessor to be gone."""
        if live is not None and live.settled is Phase.DELETING:
            yield self._gone()
        yield write(SERVICE, "apply", {"manifest": self.manifest(), "force": True}, "apply", settles=(CONFLICT,))

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the object, and no other of its name."""
        if live.settled is Phase.DELETING:
            return Departure(steps=(self._gone(),))
        parameters = {**self.address, "uid": live.uid}
        delete = write(SERVICE, "delete", parameters, "delete", expects=MISSING, settles=(CONFLICT,))
        return Departure(steps=(delete, self._gone()))

    def _gone(self) -> Wait:
        what = "{conditions: status.conditions[?status=='True'].message, finalizers: metadata.finalizers}"
        return Wait(self.get(), sees=what, deadline=GOING_DEADLINE, says="it to be gone")


def _contested(answer: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"takes {cause.get('field')} over: {cause.get('message')}" for cause in answer["causes"])
