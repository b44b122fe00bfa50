"""Nodes and pods as data: what kwok is told, so that pods come up, or fail as a test wants them to.

Its stages are tried on each pod that changed; a stage with a weight beats those without.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Document = dict[str, Any]
STANDS = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
NEW = {"key": ".status.podIP", "operator": "DoesNotExist"}

RUNNING = """
{{ $now := Now }}
conditions:
{{ range $type := list "Initialized" "Ready" "ContainersReady" }}
- {type: {{ $type }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: true
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
"""
PLACE = """
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName false ( or .metadata.uid "" ) .metadata.name .metadata.namespace | Quote }}
startTime: {{ Now | Quote }}
"""
COMPLETED = """
{{ $now := Now }}
phase: Succeeded
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
"""


def stage(
    name: str, when: Iterable[Mapping[str, Any]], then: Mapping[str, Any], *, weight: int = 0, delay: float = 0
) -> Document:
    """Describe one transition of pods."""
    spec: Document = {
        "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
        "selector": {"matchExpressions": list(when)},
        "next": dict(then),
        "weight": weight,
    }
    if delay:
        spec["delay"] = {"durationMilliseconds": int(delay * 1000)}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": name}, "spec": spec}


def defaults() -> list[Document]:
    """List what healthy pods do; a configuration with any pod stage must: it replaces kwok's own."""
    job = {"key": ".metadata.ownerReferences.[].kind", "operator": "In", "values": ["Job"]}
    running = {"key": ".status.phase", "operator": "In", "values": ["Running"]}
    deleted = {"key": ".metadata.deletionTimestamp", "operator": "Exists"}
    return [
        stage("pod-ready", [STANDS, NEW], {"statusTemplate": RUNNING + PLACE + "phase: Running\n"}),
        stage("pod-complete", [STANDS, running, job], {"statusTemplate": COMPLETED}),
        stage("pod-delete", [deleted], {"finalizers": {"empty": True}, "delete": True}),
    ]


def of_image(pattern: str) -> Document:
    """Select pods with an image that matches a regular expression."""
    return {"key": f'.spec.containers.[].image | select( test("{pattern}") )', "operator": "Exists"}


def not_running(name: str, image: str, state: str, *, restarts: int = 0) -> Document:
    """Let pods with an image have containers in a state (lines of YAML) that is not `running`."""
    lines = "".join(f"  {line}\n" for line in state.strip().splitlines())
    status = (
        'phase: Pending\nconditions:\n- {type: Ready, status: "False", reason: ContainersNotReady}\n'
        "containerStatuses:\n{{ range .spec.containers }}\n- image: {{ .image | Quote }}\n  name: {{ .name | Quote }}\n"
        f"  ready: false\n  restartCount: {restarts}\n{lines}{{{{ end }}}}\n"
    )
    return stage(name, [STANDS, NEW, of_image(image)], {"statusTemplate": status + PLACE}, weight=1)


def never_pulled(image: str, message: str = "Back-off pulling image") -> Document:
    """Let the image (a regular expression) of pods never be pulled."""
    state = f'state: {{waiting: {{reason: ImagePullBackOff, message: "{message}"}}}}'
    return not_running("never-pulled", image, state)


def crashing(image: str, *, exit_code: int = 1, restarts: int = 4) -> Document:
    """Let pods start, end with an exit code, and start again."""
    state = (
        'state: {waiting: {reason: CrashLoopBackOff, message: "back-off 1m20s restarting failed container"}}\n'
        f"lastState: {{terminated: {{exitCode: {exit_code}, reason: Error, "
        "startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}}"
    )
    return not_running("crashing", image, state, restarts=restarts)


def late(image: str, seconds: float) -> Document:
    """Let pods come up after a while."""
    ready = {"statusTemplate": RUNNING + PLACE + "phase: Running\n"}
    return stage("late", [STANDS, NEW, of_image(image)], ready, weight=1, delay=seconds)


def logs(file: str, *, namespace: str | None = None) -> Document:
    """Show a file, as `log_text` makes it, as the log of every pod (of one namespace)."""
    spec: Document = {"logs": [{"logsFile": file, "previousLogsFile": file, "follow": False}]}
    if namespace:
        spec["selector"] = {"matchNamespaces": [namespace]}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "ClusterLogs", "metadata": {"name": "all"}, "spec": spec}


def forwarded(namespace: str, port: int, target: int) -> Document:
    """Lead a port of every pod in a namespace to one of this machine."""
    forward = {"ports": [port], "target": {"address": "127.0.0.1", "port": target}}
    spec = {"selector": {"matchNamespaces": [namespace]}, "forwards": [forward]}
    kind = "ClusterPortForward"
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": kind, "metadata": {"name": namespace}, "spec": spec}


def log_text(*lines: str) -> str:
    """Write lines as a container runtime does."""
    return "".join(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z stdout F {line}\n" for line in lines)


def node(name: str, *, architecture: str = "amd64", capacity: Mapping[str, str] | None = None) -> Document:
    """Describe a node that kwok keeps alive."""
    size = dict(capacity or {"cpu": "32", "memory": "256Gi", "pods": "1000"})
    labels = {"kubernetes.io/arch": architecture, "kubernetes.io/os": "linux", "kubernetes.io/hostname": name}
    status = {"capacity": size, "allocatable": size, "nodeInfo": {"architecture": architecture}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "status": status}
