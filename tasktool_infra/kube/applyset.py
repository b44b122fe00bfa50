"""The ApplySet: says which kinds of objects the application has, so that those no longer wanted are found.

Source: KEP-3659; Kubernetes documentation, well-known labels and annotations. `kubectl apply --applyset` reads it too.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from attrs import evolve, field, frozen

from tasktool_infra.engine.calls import GONE, Reading, Step, write
from tasktool_infra.engine.fields import fact, identity, shared
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal, Resource
from tasktool_infra.kube.answers import CONFLICT
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.values.frozen import FrozenDict

ID = "applyset.kubernetes.io/id"
TOOLING, KINDS = "applyset.kubernetes.io/tooling", "applyset.kubernetes.io/contains-group-kinds"
NAMESPACES = "applyset.kubernetes.io/additional-namespaces"
TOOL = "tasktool-infra/v1"


def group_kind(api_version: str, kind: str) -> str:
    """Give a kind as the annotation names it: ``Deployment.apps``, ``ConfigMap``."""
    group, _, version = api_version.rpartition("/")
    return f"{kind}.{group}" if version and group else kind


@frozen(kw_only=True)
class ApplySet(KubeObject):
    """The parent of the application's objects, a ConfigMap without data.

    ``kinds`` and ``namespaces`` (beside its own) are those of the objects that are wanted. What it lists besides is
    kept by every apply, as objects of these kinds may still stand: `Narrowing` takes it out when they are gone.
    """

    kind = "apply_set"
    layer = "app"
    api_version, object_kind = "v1", "ConfigMap"
    told = (".metadata.labels", ".metadata.annotations")

    namespace: str = identity()
    name: str = identity()
    kinds: frozenset[str] = shared(default=frozenset(), converter=frozenset)
    namespaces: frozenset[str] = shared(default=frozenset(), converter=frozenset)
    tooling: str = TOOL
    listed_kinds: frozenset[str] = fact(default=frozenset())
    listed_namespaces: frozenset[str] = fact(default=frozenset())

    @property
    def id(self) -> str:
        """What its members carry as their label."""
        unhashed = f"{self.name}.{self.namespace}.{self.object_kind}."
        digest = base64.urlsafe_b64encode(hashlib.sha256(unhashed.encode()).digest()).decode().rstrip("=")
        return f"applyset-{digest}-v1"

    def metadata(self) -> Mapping[str, Any]:
        """Give names, labels and what it lists."""
        more = {NAMESPACES: joined(self.namespaces)} if self.namespaces else {}
        annotations = {TOOLING: self.tooling, KINDS: joined(self.kinds), **more}
        return {
            "namespace": self.namespace,
            "name": self.name,
            "labels": dict(self.labels),
            "annotations": annotations,
        }

    def marked(self, owner: Owner) -> Self:
        """Give this with the labels of its owner, and the one that makes it an ApplySet."""
        marked = super().marked(owner)
        return evolve(marked, labels=FrozenDict({**marked.labels, ID: self.id}))

    def found(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Give what the live object lists, and of that what is wanted."""
        kinds, namespaces = listed(manifest, KINDS), listed(manifest, NAMESPACES)
        return {
            "kinds": kinds & self.kinds,
            "namespaces": namespaces & self.namespaces,
            "tooling": annotations_of(manifest).get(TOOLING, ""),
            "listed_kinds": kinds,
            "listed_namespaces": namespaces,
        }

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Leave alone what another tool keeps: it would take our objects for its own."""
        if live is not None and live.tooling and live.tooling.rpartition("/")[0] != TOOL.rpartition("/")[0]:
            reason = f"it is an ApplySet of {live.tooling}"
            yield Refusal(reason, f"Give up one of the two: kubectl -n {self.namespace} delete configmap {self.name}")
        yield from super().refuses(live)

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Apply it with everything that it lists already."""
        whole = self if live is None else self.widened(live.listed_kinds, live.listed_namespaces)
        yield from KubeObject.converge(whole, live)

    def widened(self, kinds: Iterable[str], namespaces: Iterable[str]) -> Self:
        """Give this with more in its lists."""
        more = self.namespaces.union(namespaces) - {self.namespace}
        return evolve(self, kinds=self.kinds.union(kinds), namespaces=more)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give one that comes to list another kind."""
        host = Namespace(name="example-applyset")
        wanted = cls(
            namespace=host.name, name="example", kinds=frozenset({"ConfigMap", "Deployment.apps"}), within=host
        )
        more = evolve(wanted, kinds=wanted.kinds | {"Service"}, namespaces=frozenset({"example-elsewhere"}))
        return (
            Example(name="as it is", first=wanted, then=wanted, around=(host,)),
            Example(name="another kind", first=wanted, then=more, around=(host,)),
        )


@frozen(kw_only=True)
class Narrowing(Resource):
    """What an ApplySet lists although no object needs it any more: unwanted, and gone when the list is narrow."""

    kind = "apply_set_lists"
    layer = "app"

    namespace: str = identity()
    name: str = identity()
    narrow: ApplySet = field(repr=False)
    surplus: frozenset[str] = fact(default=frozenset())

    def read(self) -> Reading[Self | None]:
        """Look whether the live object lists more than it should."""
        live = yield self.narrow.get()
        if live is GONE or live["metadata"].get("deletionTimestamp"):
            return None
        more = listed(live, KINDS) - self.narrow.kinds | listed(live, NAMESPACES) - self.narrow.namespaces
        return evolve(self, surplus=more) if more else None

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Give nothing: this is never wanted."""
        yield from ()

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Apply the ApplySet with what is needed only."""
        parameters = {"manifest": self.narrow.manifest(), "force": True}
        says = f"list no more: {joined(live.surplus)}"
        stays = f"it lists no more {joined(live.surplus).replace(',', ', ')}, of which nothing is left"
        return Departure(steps=(write(SERVICE, "apply", parameters, says, settles=(CONFLICT,)),), stays=stays)

    def marked(self, owner: Owner) -> Self:
        """Give this as it is: the ApplySet carries the marks."""
        return self

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give none: this is found, not wanted."""
        return ()


def annotations_of(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Give the annotations of a live object."""
    return manifest["metadata"].get("annotations") or {}


def listed(manifest: Mapping[str, Any], annotation: str) -> frozenset[str]:
    """Give the members of a list in an annotation."""
    return frozenset(filter(None, annotations_of(manifest).get(annotation, "").split(",")))


def joined(names: Iterable[str]) -> str:
    """Give names as a list in an annotation."""
    return ",".join(sorted(names))
