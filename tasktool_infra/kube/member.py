"""A live object of an ApplySet that is no longer wanted."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import GONE, Call, Reading, Step, Wait, write
from tasktool_infra.engine.fields import fact
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Key, Phase, Removal, Resource
from tasktool_infra.kube.answers import CONFLICT
from tasktool_infra.kube.judge import MISSING
from tasktool_infra.kube.manifest import object_key
from tasktool_infra.kube.membership import PART_OF
from tasktool_infra.kube.object import GOING_DEADLINE, another
from tasktool_infra.kube.retries import SERVICE


@frozen(kw_only=True)
class Member(Resource):
    """A live object that carries the label of our ApplySet: this one, by its UID, and no other of its name."""

    kind = "member"
    layer = "app"

    api_version: str
    object_kind: str
    namespace: str
    name: str
    uid: str
    part_of: str = fact()

    @property
    def key(self) -> Key:
        """What it is called as long as it is wanted."""
        return object_key(self.object_kind, self.namespace, self.name)

    def read(self) -> Reading[Self | None]:
        """Look whether this very object still stands, and is still a member."""
        live = yield self._get()
        if live is GONE or live["metadata"]["uid"] != self.uid or not self._belongs(live):
            return None
        return evolve(self, settled=phase_of(live))

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Give nothing: it is here because it is no longer wanted."""
        yield from ()

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete it, and wait until it is gone: an Ingress takes its load balancer along."""
        gone = Wait(
            self._get(),
            replaced=another(self.uid),
            sees="metadata.finalizers",
            deadline=GOING_DEADLINE,
            says="it to be gone",
        )
        if live.settled is Phase.DELETING:
            return Departure(steps=(gone,))
        parameters = {**self._address, "uid": self.uid}
        return Departure(
            steps=(write(SERVICE, "delete", parameters, "delete", expects=MISSING, settles=(CONFLICT,)), gone)
        )

    @property
    def _address(self) -> dict[str, str]:
        where = {"namespace": self.namespace} if self.namespace else {}
        return {"api_version": self.api_version, "kind": self.object_kind, **where, "name": self.name}

    def _get(self) -> Call:
        return Call(SERVICE, "get", self._address, expects=MISSING)

    def _belongs(self, live: Mapping[str, Any]) -> bool:
        return bool((live["metadata"].get("labels") or {}).get(PART_OF) == self.part_of)

    def marked(self, owner: Owner) -> Self:
        """Give this as it is: it is live, and carries what it carries."""
        return self

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give none: this is found, not wanted."""
        return ()


def phase_of(item: Mapping[str, Any]) -> Phase:
    """Say whether a live object is on its way out."""
    return Phase.DELETING if item["metadata"].get("deletionTimestamp") else Phase.SETTLED
