"""Why a namespace does not go: the objects that hold it, with their finalizers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.engine.calls import GONE, Call, Reading
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND, NO_OBJECT
from tasktool_infra.kube.paths import KINDS
from tasktool_infra.kube.retries import SERVICE

REMAINING = re.compile(r"(?P<resource>[a-z0-9.-]+?)\.? has \d+ resource instances")
"""How the namespace controller counts what is left: ``configmaps. has 1 resource instances``."""
MOST = 5


@frozen
class WhyNotGone:
    """Finds the objects that hold a namespace, with their finalizers."""

    name: str

    def run(self) -> Reading[str]:
        """Give a line for each object that can't go."""
        address = {"api_version": "v1", "kind": "Namespace", "name": self.name}
        namespace = yield Call(SERVICE, "get", address, expects={NO_OBJECT: GONE, FORBIDDEN: GONE})
        left = list(remaining({} if namespace is GONE else namespace))
        calls = tuple(self._list(*kind) for _, kind in left if kind)
        answers = yield calls
        lines = [line for answer in answers if answer is not GONE for line in held(answer)]
        lines += [f"  see: kubectl get {resource} -n {self.name}" for resource, kind in left if not kind]
        return "\n".join(lines)

    def _list(self, api_version: str, kind: str) -> Call:
        parameters = {"api_version": api_version, "kind": kind, "namespace": self.name}
        return Call(SERVICE, "list", parameters, expects={FORBIDDEN: GONE, NO_KIND: GONE, NO_OBJECT: GONE})


def remaining(namespace: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Give the resources that are left in a namespace, each with apiVersion and kind where they are known."""
    known = {_resource(*kind, served.plural): kind for kind, served in KINDS.items()}
    for condition in namespace.get("status", {}).get("conditions", ()):
        if condition["type"] == "NamespaceContentRemaining" and condition["status"] == "True":
            for found in REMAINING.finditer(condition.get("message", "")):
                resource = found["resource"].rstrip(".")
                yield resource, known.get(resource)


def _resource(api_version: str, _kind: str, plural: str) -> str:
    group = api_version.partition("/")[0] if "/" in api_version else ""
    return f"{plural}.{group}" if group else plural


def held(answer: Mapping[str, Any]) -> Iterator[str]:
    """Give a line for each object of a list that is going and held."""
    kind = str(answer.get("kind", "")).removesuffix("List")
    for item in answer["items"][:MOST]:
        finalizers = item["metadata"].get("finalizers")
        if finalizers:
            yield f"  {kind} {item['metadata']['name']} is held by its finalizer {', '.join(finalizers)}"
