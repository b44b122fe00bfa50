"""Why a workload does not become available: what its pods, their events, their logs and the registry say, joined."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND, NO_OBJECT
from tasktool_infra.kube.pods import NOT_PULLED, UNSCHEDULED, Trouble, troubles
from tasktool_infra.kube.readiness import list_call
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.values.frozen import FrozenDict

LINES, SORTS, EVENTS = 5, 3, 2
"""How much is shown: lines of a log, different troubles, events of one pod."""
KNOWN = ("BackOff", "FailedScheduling")
"""Events that say no more than the pod itself, or that are over."""
NOT_SEEN = {FORBIDDEN: GONE, NO_OBJECT: GONE, NO_KIND: GONE}
WRONG_FORMAT = "exec format error"
WAYS_OUT = {
    "error looking up service account": "Make that ServiceAccount, or correct `serviceAccountName`.",
    "exceeded quota": "Raise the namespace's ResourceQuota, or ask for less.",
    "denied the request": "An admission webhook says no: correct the pod, or ask whoever keeps the webhook.",
    "ValidatingAdmissionPolicy": "An admission policy says no: correct the pod, or ask whoever keeps the policy.",
    "violates PodSecurity": "The namespace's Pod Security level says no: correct the pod, or ask for another level.",
}
"""By what a refusal of pods says, what to do."""


@runtime_checkable
class Pulled(Protocol):
    """An image in a registry that can be asked about it."""

    @property
    def reference(self) -> str:
        """The image as a pod names it."""

    def why_not_pulled(self) -> Reading[str]:
        """Say why nodes may not get it."""

    def architectures(self) -> Reading[tuple[str, ...]]:
        """Give for which processors it was built; nothing when the registry does not tell."""


@frozen
class WhyNotAvailable:
    """Looks at a Deployment, StatefulSet or DaemonSet, its pods and their images, and joins what they say."""

    namespace: str
    name: str
    selector: FrozenDict[str]
    images: tuple[Pulled, ...] = ()
    kind: str = "Deployment"

    def run(self) -> Reading[str]:
        """Give the reasons, a line each and below it what is known besides; nothing when nobody says any."""
        live, listed, warnings = yield (self._live(), self._pods(), events_call(self.namespace, "type=Warning"))
        pods = [] if listed is GONE else listed["items"]
        events = [] if warnings is GONE else warnings["items"]
        lines = [*conditions({} if live is GONE else live), *self._not_made(pods, events)]
        for trouble in troubles(pods)[:SORTS]:
            details = yield from self._details(trouble, events)
            lines.append(trouble.line)
            lines.extend(f"    {detail}" for detail in details)
        return "\n".join(lines)

    def _not_made(self, pods: Iterable[Mapping[str, Any]], events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Give why a set's pods are not made: it has no condition for that, and tells it by an event."""
        about = [e for e in events if e["reason"] == "FailedCreate" and self._is_about(e["involvedObject"])]
        last = max(about, key=when, default=None)
        made = max((pod["metadata"].get("creationTimestamp", "") for pod in pods), default="")
        if last is not None and when(last) >= made:
            yield from not_made(last["message"])

    def _is_about(self, involved: Mapping[str, Any]) -> bool:
        return (involved.get("kind"), involved.get("name")) == (self.kind, self.name)

    def _live(self) -> Call:
        parameters = {"api_version": "apps/v1", "kind": self.kind, "namespace": self.namespace, "name": self.name}
        return Call(SERVICE, "get", parameters, expects=NOT_SEEN)

    def _pods(self) -> Call:
        selector = ",".join(f"{key}={value}" for key, value in sorted(self.selector.items()))
        parameters = {"api_version": "v1", "kind": "Pod", "namespace": self.namespace, "selector": selector}
        return Call(SERVICE, "list", parameters, expects=NOT_SEEN)

    def _details(self, trouble: Trouble, events: Iterable[Mapping[str, Any]]) -> Reading[list[str]]:
        """Give what is known besides; a source that can't be asked is named, and the others count."""
        details: list[str] = [] if trouble.reason == UNSCHEDULED else said_of(trouble, events)
        for look in (self._registry(trouble), self._log(trouble)):
            try:
                details += yield from look
            except TasktoolError as error:
                details.append(f"(not found out: {error.message})")
        return details

    def _registry(self, trouble: Trouble) -> Reading[list[str]]:
        image = next((image for image in self.images if image.reference == trouble.image), None)
        if image is None or trouble.reason not in NOT_PULLED:
            return []
        return (yield from image.why_not_pulled()).splitlines()

    def _log(self, trouble: Trouble) -> Reading[list[str]]:
        """Give the last lines of a container that ended, and what they mean where that is known."""
        if trouble.ended is None:
            return []
        where = {"namespace": self.namespace, "name": trouble.pod, "container": trouble.container, "lines": LINES}
        text = yield Call(SERVICE, "log", where, expects={**NOT_SEEN, "BadRequest": GONE})
        lines = [] if text is GONE else [line.rstrip() for line in str(text).splitlines()[-LINES:]]
        shown = [f"its log: {line}" for line in lines]
        if not any(WRONG_FORMAT in line for line in (*lines, str(trouble.ended.get("message", "")))):
            return shown
        return [*shown, (yield from self._architecture(trouble))]

    def _architecture(self, trouble: Trouble) -> Reading[str]:
        """Hold the processors that an image was built for against that of the node."""
        nodes = yield list_call("v1", "Node")
        found = {} if isinstance(nodes, Meaning) else {n["metadata"]["name"]: n for n in nodes["items"]}
        info = found.get(trouble.node, {}).get("status", {}).get("nodeInfo", {})
        node = info.get("architecture", "")
        image = next((image for image in self.images if image.reference == trouble.image), None)
        built = (yield from image.architectures()) if image is not None else ()
        return wrong_format(node, built)


def events_call(namespace: str, fields: str) -> Call:
    """Give the call that lists events of a namespace, of which there may be very many, by some fields."""
    parameters = {"api_version": "v1", "kind": "Event", "namespace": namespace, "fields": fields}
    return Call(SERVICE, "list", parameters, expects={**NOT_SEEN, "BadRequest": GONE})


def wrong_format(node: str, built: tuple[str, ...]) -> str:
    """Explain an "exec format error" by the node's processor and those that the image was built for."""
    runs = f"the node is {node}" if node else "the node has another processor"
    made = f"the image was built for {', '.join(built)}" if built else "the image was built for another processor"
    if node and node in built:
        return f"{WRONG_FORMAT}: {runs}, and {made}: the program in it is of another kind, or lacks its #! line"
    build = f"docker buildx build --platform linux/{node or 'amd64,linux/arm64'} --push"
    return f"{WRONG_FORMAT}: {runs}, {made}; build it for the node's: {build}"


def when(event: Mapping[str, Any]) -> str:
    """Give the time of an event, by which events can be sorted."""
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def not_made(said: str) -> Iterator[str]:
    """Give why pods are not even made, and what to do."""
    yield f"  pods are not made: {said}"
    yield from [f"    {way_out}" for words, way_out in WAYS_OUT.items() if words in said][:1]


def conditions(deployment: Mapping[str, Any]) -> Iterator[str]:
    """Give why a Deployment's pods are not even made, as its conditions have it, and what to do."""
    if deployment.get("spec", {}).get("paused"):
        yield f"  it is paused; go on with: kubectl rollout resume deployment/{deployment['metadata']['name']}"
    for condition in deployment.get("status", {}).get("conditions", ()):
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            yield from not_made(condition.get("message", condition.get("reason", "")))


def said_of(trouble: Trouble, events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give the last warnings about a pod that say something new."""
    about = [e for e in events if e["type"] == "Warning" and e["involvedObject"].get("name") == trouble.pod]
    about.sort(key=when, reverse=True)
    said = dict.fromkeys(f"{event['reason']}: {event['message']}" for event in about if event["reason"] not in KNOWN)
    # With some reasons a pod's own message says already what its events say.
    return [line for line in said if line.partition(": ")[2] not in trouble.said][:EVENTS]
