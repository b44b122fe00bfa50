"""Finds the objects of an ApplySet that are no longer wanted, by the label that they carry."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.engine.calls import GONE, Call, Reading
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.resource import Phase, Resource
from tasktool_infra.engine.unwanted import Finder, Stray
from tasktool_infra.kube import marks
from tasktool_infra.kube.applyset import KINDS, NAMESPACES, ApplySet, Narrowing, group_kind, listed
from tasktool_infra.kube.leftovers import generations, stem, texts_in_use
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.member import Member, phase_of
from tasktool_infra.kube.membership import members
from tasktool_infra.kube.paths import KINDS as SERVED

KNOWN = {group_kind(*known): known for known in SERVED if known[1] != "Namespace"}
"""The kinds that are looked for, by group and kind; namespaces and definitions of kinds never go with an overlay."""

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet", "Pod"})


@frozen(kw_only=True)
class Members(Finder):
    """Looks for all objects that carry the label of an ApplySet.

    ``wanted`` is all that the application has; with ``everything`` all else goes, in use or not: for a teardown.
    """

    apply_set: ApplySet
    wanted: tuple[Resource, ...] = field(repr=False)
    everything: bool = False

    def find(self) -> Reading[tuple[Stray, ...]]:
        """List the kinds that are wanted and, where it has more, those that the live ApplySet names."""
        ours = places(self.apply_set)
        parent, *answers = yield (self.apply_set.get(), *map(self._list, ours))
        whole = self.apply_set if parent is GONE else self.apply_set.widened(*lists_of(parent))
        more = [place for place in places(whole) if place not in ours]
        answers += (yield tuple(map(self._list, more))) if more else ()
        found = [
            self._member(place, item)
            for place, answer in zip([*ours, *more], answers, strict=True)
            for item in (answer["items"] if answer is not GONE else ())
            if not is_controlled(item)
        ]
        wanted = {resource.key for resource in self.wanted}
        unwanted = [member for member in found if member.key not in wanted]
        if self.everything:
            return tuple(Stray(live=member) for member in in_order(unwanted, self.wanted))
        return (yield from self._sorted_out(unwanted, whole))

    def _list(self, place: "Place") -> Call:
        return members(place.api_version, place.kind, place.namespace, self.apply_set.id)

    def _member(self, place: "Place", item: Mapping[str, Any]) -> Member:
        metadata = item["metadata"]
        # The label alone makes it ours; but what says that it is another's besides is not touched.
        theirs = marks.ownership(metadata["labels"], self.apply_set.labels) is Ownership.ANOTHERS
        return Member(
            api_version=place.api_version,
            object_kind=place.kind,
            namespace=metadata.get("namespace", ""),
            name=metadata["name"],
            uid=metadata["uid"],
            part_of=self.apply_set.id,
            settled=phase_of(item),
            ownership=Ownership.ANOTHERS if theirs else Ownership.OURS,
            requires=(self.apply_set,),
            within=self.apply_set.within if metadata.get("namespace") == self.apply_set.namespace else None,
        )

    def _sorted_out(self, unwanted: Sequence[Member], whole: ApplySet) -> Reading[tuple[Stray, ...]]:
        """Tell what left the overlay from what earlier runs have left over, and leave what is still in use."""
        stems = generations(self.wanted)
        old = [member for member in unwanted if stem(member.key) in stems]
        used = (yield from texts_in_use({member.namespace for member in old})) if old else frozenset()
        idle = [member for member in old if used is not None and member.name not in used]
        leftovers = {member.key for member in idle}
        in_use = {member.key for member in old} - leftovers
        leaving = in_order(member for member in unwanted if member.key not in in_use)
        leftovers |= {member.key for member in leaving if member.settled is Phase.DELETING}
        narrowing = self._narrowing(whole, leaving)
        strays = (Stray(live=member, leftover=member.key in leftovers) for member in leaving)
        return (*strays, *(Stray(live=each, leftover=True) for each in narrowing))

    def _narrowing(self, whole: ApplySet, leaving: Sequence[Member]) -> list[Narrowing]:
        """Give what the live ApplySet lists too much, once the members that leave are gone."""
        kinds = {kind for kind in whole.kinds if kind not in KNOWN}
        kept = [member for member in leaving if member.ownership is not Ownership.OURS]
        narrow = self.apply_set.widened(
            kinds.union(group_kind(m.api_version, m.object_kind) for m in kept),
            filter(None, (m.namespace for m in kept)),
        )
        surplus = (whole.kinds - narrow.kinds) | (whole.namespaces - narrow.namespaces)
        if not surplus:
            return []
        return [
            Narrowing(
                namespace=whole.namespace, name=whole.name, narrow=narrow, surplus=surplus, outlives=tuple(leaving)
            )
        ]


@frozen
class Place:
    """Where members are looked for: a kind, and a namespace where it has one."""

    api_version: str
    kind: str
    namespace: str


def places(apply_set: ApplySet) -> list[Place]:
    """Give where an ApplySet's members may stand; kinds that are not known are left out."""
    known = [KNOWN[kind] for kind in sorted(apply_set.kinds & KNOWN.keys())]
    namespaces = [apply_set.namespace, *sorted(apply_set.namespaces)]
    return [
        Place(*kind, namespace) for kind in known for namespace in (namespaces if SERVED[kind].namespaced else [""])
    ]


def lists_of(parent: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the kinds and namespaces that a live ApplySet lists."""
    return listed(parent, KINDS), listed(parent, NAMESPACES)


def in_order(members: Iterable[Member], wanted: Iterable[Resource] = ()) -> list[Member]:
    """Give the members in the order of their going: an Ingress first, and what workloads use after these."""
    ranked: list[Member] = sorted(members, key=rank)
    beside = [resource for resource in wanted if isinstance(resource, Manifest)]
    return [
        evolve(member, outlives=tuple(each for each in [*beside, *ranked] if rank(each) < rank(member)))
        for member in ranked
    ]


def rank(resource: Resource) -> int:
    """Give a number by which an Ingress comes before workloads, and these before all else."""
    kind = resource.body["kind"] if isinstance(resource, Manifest) else getattr(resource, "object_kind", "")
    return 0 if kind == "Ingress" else 1 if kind in WORKLOADS else 2


def is_controlled(item: Mapping[str, Any]) -> bool:
    """Say whether a controller has made it with the labels of what it made it for: then it goes with that."""
    return any(owner.get("controller") for owner in item["metadata"].get("ownerReferences") or ())
