"""What pods say of why they are not ready, as plain values. Pure.

Source: Kubernetes API reference, PodStatus and ContainerStatus.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

NOT_PULLED = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull")
UNSCHEDULED, NOT_READY = "Unschedulable", "NotReady"


@frozen(kw_only=True)
class Trouble:
    """Why pods are not ready, by the first that says so: its name and node, and how many of ``pods`` say the same.

    ``ended`` is how a container ended last, None when it never ran.
    """

    reason: str
    said: str = ""
    container: str = ""
    image: str = ""
    ended: Mapping[str, Any] | None = None
    restarts: int = 0
    pod: str = ""
    node: str = ""
    pods: int = 1
    of: int = 1

    @property
    def same(self) -> tuple[str, str, str]:
        """What makes the troubles of two pods the same one."""
        return self.reason, self.container, self.image

    @property
    def line(self) -> str:
        """Give it for people."""
        where = f", container {self.container} ({self.image})" if self.container else ""
        return f"  {self.pods} of {self.of} pods{where}: {self._told()}"

    def _told(self) -> str:
        if self.reason == UNSCHEDULED:
            return f"no node takes it: {self.said}"
        if self.reason == NOT_READY:
            return "it runs, but is not ready"
        if self.ended is not None:
            return f"{self.reason}: it ended with {_ending(self.ended)}, and was restarted {self.restarts} times"
        return f"{self.reason}: {self.said}" if self.said else self.reason


def _ending(ended: Mapping[str, Any]) -> str:
    code, reason, said = ended.get("exitCode"), ended.get("reason", ""), ended.get("message", "")
    # "Error" is what every exit code but 0 is called.
    named = f" ({reason})" if reason not in ("", "Error", "Completed") else ""
    return f"exit code {code}{named}{f': {said.strip()}' if said else ''}"


def troubles(pods: Iterable[Mapping[str, Any]]) -> list[Trouble]:
    """Give the troubles of the pods that are to stay, the most frequent first; what is in order says nothing."""
    staying = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    found: dict[tuple[str, str, str], Trouble] = {}
    for trouble in filter(None, map(trouble_of, staying)):
        known = found.get(trouble.same)
        found[trouble.same] = evolve(known, pods=known.pods + 1) if known else evolve(trouble, of=len(staying))
    return sorted(found.values(), key=lambda trouble: -trouble.pods)


def trouble_of(pod: Mapping[str, Any]) -> Trouble | None:
    """Give why a pod is not ready, None when it is."""
    status = pod.get("status", {})
    conditions = {condition["type"]: condition for condition in status.get("conditions", ())}
    if conditions.get("Ready", {}).get("status") == "True":
        return None
    known = {"pod": pod["metadata"]["name"], "node": pod["spec"].get("nodeName", "")}
    scheduled = conditions.get("PodScheduled", {})
    if scheduled.get("status") == "False":
        return Trouble(reason=UNSCHEDULED, said=scheduled.get("message", scheduled.get("reason", "")), **known)
    if status.get("reason"):  # the pod as a whole, such as one that was evicted
        return Trouble(reason=status["reason"], said=status.get("message", ""), **known)
    images = {each["name"]: each["image"] for each in _containers(pod)}
    for state in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        trouble = _of_container(state)
        if trouble is not None:
            return evolve(trouble, image=images.get(state["name"], state.get("image", "")), **known)
    return Trouble(reason="Pending", said="nothing has happened to it yet", **known)


def _containers(pod: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (*pod["spec"].get("initContainers", ()), *pod["spec"].get("containers", ()))


def _of_container(status: Mapping[str, Any]) -> Trouble | None:
    """Give what is wrong with one container, None when it does or has done what it should."""
    state = status.get("state", {})
    name, waiting, ended = status["name"], state.get("waiting"), state.get("terminated")
    last = ended or status.get("lastState", {}).get("terminated")
    restarts = status.get("restartCount", 0)
    if waiting and waiting.get("reason") in NOT_PULLED:
        return Trouble(reason=waiting["reason"], said=waiting.get("message", ""), container=name)
    if waiting:
        reason, said = waiting.get("reason", "waiting"), waiting.get("message", "")
        return Trouble(reason=reason, said=said, container=name, ended=last, restarts=restarts)
    if ended:
        if ended.get("exitCode") == 0:
            return None
        return Trouble(reason=ended.get("reason", "ended"), container=name, ended=ended, restarts=restarts)
    if status.get("ready") is False and "running" in state and last:
        return Trouble(reason="restarted", container=name, ended=last, restarts=restarts)
    return Trouble(reason=NOT_READY, container=name) if status.get("ready") is False else None
