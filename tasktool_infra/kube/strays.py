"""Finds ServiceAccounts and namespaces that carry an environment's labels and are no longer wanted.

The application's objects are not looked for here: their ApplySet knows them.
"""

from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.engine.calls import Call, Meaning, Reading
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key
from tasktool_infra.engine.unwanted import Aside, Finder, Stray
from tasktool_infra.kube import marks
from tasktool_infra.kube.answers import FORBIDDEN
from tasktool_infra.kube.judge import MISSING, Judgement
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.service_account import ServiceAccount

UNSEEN = Meaning("nobody may look")


@frozen(kw_only=True)
class KubeStrays(Finder):
    """Looks for everything of one environment in its namespace, and for further namespaces, but what is ``wanted``."""

    owner: Owner
    namespace: Namespace
    wanted: frozenset[Key] = field(repr=False)

    def find(self) -> Reading[tuple[Stray | Aside, ...]]:
        """List both kinds by their labels."""
        accounts, namespaces = yield (
            self._list("ServiceAccount", namespace=self.namespace.name),
            self._list("Namespace"),
        )
        unseen = [
            kind for kind, answer in (("serviceaccounts", accounts), ("namespaces", namespaces)) if _blind(answer)
        ]
        found = [*map(self._account, _items(accounts)), *map(self._namespace, _items(namespaces))]
        strays = (Stray(live=live) for live in found if live.key not in self.wanted)
        return (*strays, *map(self._unseen, unseen))

    def _list(self, kind: str, **where: str) -> Call:
        selector = ",".join(f"{label}={value}" for label, value in marks.marks(self.owner).items())
        parameters = {"api_version": "v1", "kind": kind, "selector": selector, **where}
        return Call(SERVICE, "list", parameters, expects={**MISSING, FORBIDDEN: UNSEEN})

    def _account(self, item: Any) -> KubeObject:
        metadata = item["metadata"]
        account = ServiceAccount(namespace=metadata["namespace"], name=metadata["name"], within=self.namespace)
        return self._live(account, item)

    def _namespace(self, item: Any) -> KubeObject:
        return self._live(Namespace(name=item["metadata"]["name"]), item)

    def _live(self, resource: KubeObject, item: Any) -> KubeObject:
        return evolve(resource.marked(self.owner).living(Judgement(found=item, applied=True)), within=resource.within)

    def _unseen(self, plural: str) -> Aside:
        reason = f"what is no longer wanted is not looked for everywhere: the caller may not list {plural}"
        return Aside(key=Key(self.key.kind, plural), layer=self.layer, reason=reason)


def _blind(answer: Any) -> bool:
    return answer is UNSEEN


def _items(answer: Any) -> list[Any]:
    return [] if isinstance(answer, Meaning) else list(answer["items"])
