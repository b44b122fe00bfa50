"""A Kubernetes Namespace."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import Call, Wait
from tasktool_infra.engine.fields import identity
from tasktool_infra.engine.resource import Departure, Example, Removal
from tasktool_infra.kube.leaving import WhyNotGone
from tasktool_infra.kube.object import KubeObject

CONTENTS = "everything in it"


@frozen(kw_only=True)
class Namespace(KubeObject):
    """A namespace. One that carries no mark is used as it is, never marked and never deleted.

    Source: Kubernetes API reference, Namespace v1.
    """

    kind = "namespace"
    api_version, object_kind = "v1", "Namespace"
    used_unmarked = True

    name: str = identity()

    def metadata(self) -> Mapping[str, Any]:
        """Give name and labels."""
        return {"name": self.name, "labels": dict(self.labels)}

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the namespace, and with it everything in it."""
        departure = super().remove(live, removal)
        steps = (evolve(step, removes=CONTENTS) if isinstance(step, Call) else step for step in departure.steps)
        return evolve(departure, steps=tuple(steps))

    def _gone(self, live: Self) -> Wait:
        what = "join('; ', status.conditions[?status=='True'].message || `[\"it is being emptied\"]`)"
        return evolve(super()._gone(live), sees=what, explain=WhyNotGone(self.name))

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the name."""
        yield "namespace", self.name

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give one with and one without a further label."""
        wanted = cls(name="example-namespace")
        labelled = evolve(wanted, labels=wanted.labels | {"team": "blue"})
        return (
            Example(name="as it is", first=wanted, then=wanted),
            Example(name="labelled", first=wanted, then=labelled),
        )
