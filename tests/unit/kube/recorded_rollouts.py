"""Deployments, pods and events as a real API server gives them, cut to what counts."""

from typing import Any

from tasktool_infra.values.frozen import freeze

IMAGE = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/mamezou-tech/task-service:1.0.0"
EXCEEDED = {
    "type": "Progressing",
    "status": "False",
    "reason": "ProgressDeadlineExceeded",
    "message": 'ReplicaSet "web-c8b9df558" has timed out progressing.',
}
AVAILABLE = {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"}
PROGRESSING = {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}
SCHEDULED = {"type": "PodScheduled", "status": "True"}
UNREADY = {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}


def deployment(*conditions: Any, spec: Any = None, **status: Any) -> dict[str, Any]:
    """Give a live Deployment of three replicas, rolled out unless ``status`` says otherwise."""
    counts = {"replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3}
    found = {"observedGeneration": 2, **counts, **status, "conditions": list(conditions)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "prod", "generation": 2},
        "spec": {"replicas": 3, **(spec or {})},
        "status": {key: value for key, value in found.items() if value is not None},
    }


def pod(
    name: str, *conditions: Any, state: Any = None, last: Any = None, restarts: int = 0, **status: Any
) -> dict[str, Any]:
    """Give a pod of one container that is in ``state`` and ended as ``last`` before."""
    container: dict[str, Any] = {"name": "app", "image": IMAGE, "ready": False, "restartCount": restarts}
    container |= {"state": state or {}, "lastState": {"terminated": last} if last else {}}
    return {
        "metadata": {"name": name, "namespace": "prod"},
        "spec": {"nodeName": "node-0", "containers": [{"name": "app", "image": IMAGE}]},
        "status": {
            "phase": "Pending",
            "conditions": list(conditions or (SCHEDULED, UNREADY)),
            **({"containerStatuses": [container]} if state is not None else {}),
            **status,
        },
    }


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    """Give the state of a container that does not run."""
    return {"waiting": {"reason": reason, "message": message}}


def ended(code: int, reason: str = "Error", message: str = "") -> dict[str, Any]:
    """Give how a container ended."""
    return {"exitCode": code, "reason": reason, **({"message": message} if message else {})}


def event(name: str, reason: str, message: str, at: str, kind: str = "Pod") -> dict[str, Any]:
    """Give a warning about an object."""
    about = {"kind": kind, "name": name}
    return {"type": "Warning", "reason": reason, "message": message, "involvedObject": about, "lastTimestamp": at}


PULL = pod("web-1", state=waiting("ImagePullBackOff", "Back-off pulling image"))
CRASH = pod("web-1", state=waiting("CrashLoopBackOff", "back-off 1m20s"), last=ended(1), restarts=4)
UNSCHEDULABLE = pod(
    "web-1",
    {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient cpu.",
    },
)
SELECTOR = freeze({"app": "web", "env": "prod"})
