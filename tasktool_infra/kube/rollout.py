"""Why a Deployment does not become available: what its pods, their events and their logs say, for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.engine.calls import GONE, Call, Reading
from tasktool_infra.kube.answers import FORBIDDEN, NO_OBJECT
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.values.frozen import FrozenDict

LINES = 5
"""How many lines of a crashed container's log are shown."""
NOT_ALLOWED = {FORBIDDEN: GONE, NO_OBJECT: GONE}


@frozen
class WhyNotAvailable:
    """Looks at the Deployment's conditions and at its pods, and joins what they say."""

    namespace: str
    name: str
    selector: FrozenDict[str]

    def run(self) -> Reading[str]:
        """Give the reasons, a line each; nothing when nobody says any."""
        deployment, pods = yield (self._deployment(), self._pods())
        reasons = [*_conditions(deployment if deployment is not GONE else {})]
        for pod in pods["items"] if pods is not GONE else ():
            reason = pod_reason(pod)
            if reason and reason not in reasons:
                reasons.append(reason)
                reasons.extend((yield from self._log(pod)))
        return "\n".join(reasons)

    def _deployment(self) -> Call:
        parameters = {"api_version": "apps/v1", "kind": "Deployment", "namespace": self.namespace, "name": self.name}
        return Call(SERVICE, "get", parameters, expects=NOT_ALLOWED)

    def _pods(self) -> Call:
        selector = ",".join(f"{key}={value}" for key, value in sorted(self.selector.items()))
        parameters = {"api_version": "v1", "kind": "Pod", "namespace": self.namespace, "selector": selector}
        return Call(SERVICE, "list", parameters, expects=NOT_ALLOWED)

    def _log(self, pod: Mapping[str, Any]) -> Reading[list[str]]:
        """Give the last lines of a container that crashed."""
        crashed = next((s["name"] for s in _statuses(pod) if s.get("lastState", {}).get("terminated")), None)
        if crashed is None:
            return []
        where = {"namespace": self.namespace, "name": pod["metadata"]["name"], "container": crashed, "lines": LINES}
        text = yield Call(SERVICE, "log", where, expects={**NOT_ALLOWED, "BadRequest": GONE})
        return [] if text is GONE else [f"    {line}" for line in str(text).splitlines()[-LINES:]]


def _conditions(deployment: Mapping[str, Any]) -> Iterator[str]:
    for condition in deployment.get("status", {}).get("conditions", ()):
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            yield f"  pods are not made: {condition.get('message', condition.get('reason'))}"


def pod_reason(pod: Mapping[str, Any]) -> str:
    """Give why a pod is not ready, or nothing when it is or does not say."""
    for status in _statuses(pod):
        waiting = status.get("state", {}).get("waiting")
        if waiting and waiting.get("reason") not in ("ContainerCreating", "PodInitializing"):
            return _waiting(status, waiting)
    for condition in pod.get("status", {}).get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"  no node takes the pod: {condition.get('message', condition.get('reason'))}"
    return ""


def _statuses(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    status = pod.get("status", {})
    return [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]


def _waiting(status: Mapping[str, Any], waiting: Mapping[str, Any]) -> str:
    said = f": {waiting['message']}" if waiting.get("message") else ""
    ended = status.get("lastState", {}).get("terminated")
    if ended:
        times = status.get("restartCount", 0)
        said = f": it ended with exit code {ended.get('exitCode')} and was restarted {times} times; its last lines:"
    return f"  container {status['name']} (image {status.get('image')}): {waiting.get('reason')}{said}"
