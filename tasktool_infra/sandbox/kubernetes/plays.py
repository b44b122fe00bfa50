"""What becomes of objects, as their controllers would write it: nothing runs here, but what is waited for comes to be.

A Deployment, a StatefulSet and a DaemonSet become available (as long as their ServiceAccount exists), a Job completes,
an Ingress of a known class gets 127.0.0.1 as its address, an Issuer and a Certificate, which an Ingress may ask for,
become ready.
"""

from collections.abc import Callable
from typing import Any

from tasktool_infra.sandbox.kubernetes import kinds
from tasktool_infra.sandbox.kubernetes.kinds import Kind
from tasktool_infra.sandbox.kubernetes.objects import Objects

Json = dict[str, Any]
Play = Callable[[Objects, Json], Json | None]


def _missing_account(objects: Objects, live: Json) -> str:
    """Give the name of a workload's ServiceAccount when that does not exist: then no pod can be made."""
    account: str = live["spec"]["template"]["spec"].get("serviceAccountName", "default")
    return "" if objects.store.get(kinds.SERVICE_ACCOUNT, live["metadata"]["namespace"], account) else account


def _deployment(objects: Objects, live: Json) -> Json:
    """Available at once; without its ServiceAccount never."""
    spec, metadata = live["spec"], live["metadata"]
    seen = {"observedGeneration": metadata["generation"]}
    if account := _missing_account(objects, live):
        message = f'pods "{metadata["name"]}-" is forbidden: error looking up service account '
        message += f'{metadata["namespace"]}/{account}: serviceaccount "{account}" not found'
        failure = condition("ReplicaFailure", "True", "FailedCreate", message)
        few = "Deployment does not have minimum availability."
        unavailable = condition("Available", "False", "MinimumReplicasUnavailable", few)
        progressing = condition("Progressing", "True", "NewReplicaSetCreated", "Created new replica set")
        return seen | {"unavailableReplicas": spec["replicas"], "conditions": [progressing, failure, unavailable]}
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    available = condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    progressed = f'Deployment "{metadata["name"]}" has successfully progressed.'
    conditions = [available, condition("Progressing", "True", "NewReplicaSetAvailable", progressed)]
    return seen | dict.fromkeys(counts, spec["replicas"]) | {"unavailableReplicas": None, "conditions": conditions}


def _stateful_set(objects: Objects, live: Json) -> Json:
    spec, metadata = live["spec"], live["metadata"]
    revision = f"{metadata['name']}-{metadata['generation']}"
    seen = {"observedGeneration": metadata["generation"], "updateRevision": revision, "collisionCount": 0}
    if _missing_account(objects, live):
        return seen | {"replicas": 0, "availableReplicas": 0}
    counts = ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
    return seen | {"currentRevision": revision} | dict.fromkeys(counts, spec["replicas"])


def _daemon_set(objects: Objects, live: Json) -> Json:
    """One pod on each node, whatever a node's taints and the pod's selector say."""
    nodes = len(objects.store.all_of(kinds.BY_PLURAL["", "nodes"]))
    pods = 0 if _missing_account(objects, live) else nodes
    counts = ("currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable")
    wanted = {"desiredNumberScheduled": nodes, "numberMisscheduled": 0}
    return {"observedGeneration": live["metadata"]["generation"]} | wanted | dict.fromkeys(counts, pods)


def _job(_objects: Objects, live: Json) -> Json | None:
    if live["spec"].get("suspend"):
        return None
    done = condition("Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods")
    return {"succeeded": live["spec"]["completions"], "ready": 0, "conditions": [done]}


def _ingress(objects: Objects, live: Json) -> Json | None:
    name = live.get("spec", {}).get("ingressClassName", "")
    known = objects.store.get(kinds.INGRESS_CLASS, "", name)
    return {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}} if known else None


def _ready(_objects: Objects, live: Json) -> Json:
    ready = condition("Ready", "True", "Ready", "Played by the sandbox: nothing was asked for or issued")
    return {"conditions": [ready | {"observedGeneration": live["metadata"]["generation"]}]}


PLAYS: dict[Kind, Play] = {
    kinds.DEPLOYMENT: _deployment,
    kinds.STATEFUL_SET: _stateful_set,
    kinds.DAEMON_SET: _daemon_set,
    kinds.JOB: _job,
    kinds.INGRESS: _ingress,
    kinds.ISSUER: _ready,
    kinds.CERTIFICATE: _ready,
}


def condition(kind: str, status: str, reason: str, message: str) -> Json:
    """Give a condition of a status, without its time."""
    return {"type": kind, "status": status, "reason": reason, "message": message}
