"""A Kubernetes object by server-side apply: the server itself says, by dry-run, whether anything differs."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import GONE, Call, Reading, Step, Wait, write
from tasktool_infra.engine.claims import Claim, by_field, claim
from tasktool_infra.engine.fields import fact, shared, state
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Phase, Refusal, Removal, Resource
from tasktool_infra.kube import marks
from tasktool_infra.kube.adopting import TakeOverFromKubectl
from tasktool_infra.kube.answers import CONFLICT, CONTESTED, NO_KIND
from tasktool_infra.kube.claims import judged_parts, sections
from tasktool_infra.kube.contents import contents
from tasktool_infra.kube.drift import Drift
from tasktool_infra.kube.judge import MISSING, Judgement, address, get, judge
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.scaling import without_replicas
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw

GOING_DEADLINE = 180.0


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
    takes_time = True
    whole: ClassVar[bool] = False
    """Whether the manifest describes all of the object."""

    labels: FrozenDict[str] = shared(default=FrozenDict(), converter=FrozenDict)
    drift: Drift = state(default=Drift())
    applied: bool = state(default=True)
    uid: str = fact(default="")
    judged: Judgement | None = fact(default=None, repr=False)

    @abstractmethod
    def metadata(self) -> Mapping[str, Any]:
        """Give what the manifest's metadata says."""

    def manifest(self) -> Mapping[str, Any]:
        """Give what is applied."""
        return {"apiVersion": self.api_version, "kind": self.object_kind, "metadata": self.metadata()}

    @property
    def address(self) -> dict[str, str]:
        """What every call about the object says."""
        return address(self.manifest())

    def marked(self, owner: Owner) -> Self:
        """Give this with the labels of its owner."""
        return evolve(self, labels=FrozenDict(self.labels | marks.marks(owner)))

    def read(self) -> Reading[Self | None]:
        """Read the object and, beside it, what an apply would make of it."""
        judged = yield from judge(self.manifest(), whole=self.whole)
        return None if judged is None else self.living(judged)

    def examine(self) -> Reading[Self | None]:
        """Read the object only: a removal needs no right to apply, and no kind that is served."""
        found = yield evolve(self.get(), expects={**MISSING, NO_KIND: GONE})
        return None if found is GONE else self.living(Judgement(found=found, applied=True))

    def get(self) -> Call:
        """Give the call that reads the object."""
        return get(self.manifest())

    def living(self, judged: Judgement) -> Self:
        """Give the live value, from what stands and what was found out of it."""
        found = judged.found
        metadata = found["metadata"]
        labels = metadata.get("labels") or {}
        ours = self.metadata()
        going = Phase.DELETING if metadata.get("deletionTimestamp") else Phase.SETTLED
        kept = [f"label {key}" for key in sorted(labels.keys() - ours.get("labels", {}).keys())]
        others = (metadata.get("annotations") or {}).keys() - ours.get("annotations", {}).keys()
        return evolve(
            self,
            labels=FrozenDict({key: value for key, value in labels.items() if key in self.labels}),
            drift=judged.drift.without(self._told()),
            applied=judged.applied,
            remarks=judged.remarks,
            judged=judged,
            uid=metadata["uid"],
            ownership=marks.ownership(labels, self.labels),
            kept=(*kept, *(f"annotation {key}" for key in sorted(others))),
            **{"settled": going, **self.found(found)},
        )

    def _told(self) -> tuple[str, ...]:
        return (*self.told, *(f".metadata.labels.{key}" for key in self.labels))

    def contents(self) -> Iterator[tuple[str, Any]]:
        """Give the sections of the manifest that no field tells of."""
        yield from contents(self.manifest(), self._told())

    def found(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Give the further compared fields of a live object."""
        del manifest
        return {}

    def claims(self, live: Self) -> Iterator[Claim]:
        """Claim the fields of the kind, then each section of the manifest, and whose the fields are."""
        yield from by_field(self, live, without={"drift", "applied"})
        wanted: dict[str, Any] = thaw(self.manifest())
        judged = live.judged or Judgement(found=wanted)
        told, as_wanted = sections(wanted, self._told()), live.applied == self.applied
        for part in judged_parts(told, live.drift, judged.objection, as_wanted=as_wanted):
            claimed = claim(self, part)
            # Nobody asks what an apply would do to an object that is going.
            yield evolve(claimed, ok=None) if live.settled is Phase.DELETING else claimed

    def as_used(self, live: Self) -> Self:
        """Give this as it is wanted of an object that we do not own: just as it is."""
        return evolve(live, settled=Phase.SETTLED)

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Give what the server has against the apply, where one is needed."""
        yield from super().refuses(live)
        if live is not None and live != self and live.judged is not None and live.judged.objection is not None:
            yield live.judged.objection

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Apply the manifest: after waiting for a predecessor to be gone, or taking over what kubectl wrote."""
        if live is not None and live.settled is Phase.DELETING:
            yield self._gone(live)
            live = None
        judged = live.judged if live is not None else None
        if judged is not None and judged.takeover is not None:
            going = tuple(path for path, *_ in judged.takeover.going)
            yield TakeOverFromKubectl(freeze(self.manifest()), self.whole, going)
        yield self._apply(judged)

    def _apply(self, judged: Judgement | None) -> Call:
        manifest = without_replicas(self.manifest()) if judged is not None and judged.autoscaler else self.manifest()
        # Forced only over what the plan has named: whoever came after it is not overruled unseen.
        force = judged is not None and bool(judged.contested)
        settles = (CONFLICT,) if judged is not None else (CONFLICT, CONTESTED)
        return write(SERVICE, "apply", {"manifest": manifest, "force": force}, "apply", settles=settles)

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the object, and no other of its name."""
        if live.settled is Phase.DELETING:
            return Departure(steps=(self._gone(live),))
        parameters = {**self.address, "uid": live.uid}
        delete = write(SERVICE, "delete", parameters, "delete", expects=MISSING, settles=(CONFLICT,))
        return Departure(steps=(delete, self._gone(live)))

    def _gone(self, live: Self) -> Wait:
        what = "{conditions: status.conditions[?status=='True'].message, finalizers: metadata.finalizers}"
        return Wait(self.get(), replaced=another(live.uid), sees=what, deadline=GOING_DEADLINE, says="it to be gone")


def another(uid: str) -> str:
    """Give what tells (JMESPath) that an object is another than the one with this id."""
    return f"metadata.uid != '{uid}'"
