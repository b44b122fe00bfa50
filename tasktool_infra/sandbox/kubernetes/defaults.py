"""What the server itself puts into objects. Source: Kubernetes, packages `pkg/apis/*/v1/defaults.go`.

Not every default of the real server, but those that others build on: what a controller needs, and merge keys.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from tasktool_infra.sandbox.kubernetes.kinds import NAMESPACE, Kind

Json = dict[str, Any]

ROLLING: Json = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
POD: Json = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
CONTAINER: Json = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
CLAIM: Json = {"volumeMode": "Filesystem"}
PROBE: Json = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
STATUS: dict[str, Json] = {
    "Namespace": {"status": {"phase": "Active"}},
    "Ingress": {"status": {"loadBalancer": {}}},
    "Service": {"status": {"loadBalancer": {}}},
    "Pod": {"status": {"phase": "Pending", "qosClass": "BestEffort"}},
    "PersistentVolumeClaim": {"status": {"phase": "Pending"}},
}
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def with_defaults(kind: Kind, value: Json) -> Json:
    """Give the object with what its author left open."""
    fill = FILLS.get(kind.name)
    return fill(value) if fill else value


def with_facts(kind: Kind, value: Json) -> Json:
    """Give the object with what the server decides and nobody owns: a first status, an address, a finalizer."""
    if kind.status and not kind.custom:
        value = STATUS.get(kind.name, {"status": {}}) | value
    if kind == NAMESPACE:
        return value | {"spec": {"finalizers": ["kubernetes"]}}
    return _with_address(value) if kind.name == "Service" else value


def _namespace(value: Json) -> Json:
    metadata = value["metadata"]
    labels = {"kubernetes.io/metadata.name": metadata["name"]}
    return value | {"metadata": metadata | {"labels": (metadata.get("labels") or {}) | labels}}


def _deployment(value: Json) -> Json:
    defaults = {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600, "strategy": ROLLING}
    spec = defaults | value.get("spec", {})
    return value | {"spec": spec | {"template": _template(spec.get("template", {}))}}


def _stateful_set(value: Json) -> Json:
    retention = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    pods = {"replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady"}
    spec = pods | {"persistentVolumeClaimRetentionPolicy": retention} | value.get("spec", {})
    strategy = _strategy(spec, {"partition": 0})
    claims = [_claim_template(claim) for claim in spec.get("volumeClaimTemplates") or ()]
    more = {"volumeClaimTemplates": claims} if claims else {}
    return value | {"spec": spec | strategy | more | {"template": _template(spec.get("template", {}))}}


def _daemon_set(value: Json) -> Json:
    spec = {"revisionHistoryLimit": 10} | value.get("spec", {})
    strategy = _strategy(spec, {"maxSurge": 0, "maxUnavailable": 1})
    return value | {"spec": spec | strategy | {"template": _template(spec.get("template", {}))}}


def _strategy(spec: Json, rolling: Json) -> Json:
    """Give how the pods of a set are replaced, one after the other unless it says otherwise."""
    strategy = {"type": "RollingUpdate"} | (spec.get("updateStrategy") or {})
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = rolling | (strategy.get("rollingUpdate") or {})
    return {"updateStrategy": strategy}


def _claim(value: Json) -> Json:
    return value | {"spec": CLAIM | value.get("spec", {})}


def _claim_template(value: Json) -> Json:
    whole = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}} | value
    return _claim(whole)


def _network_policy(value: Json) -> Json:
    spec = {"podSelector": {}} | value.get("spec", {})
    types = ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    return value | {"spec": {"policyTypes": types} | spec}


def _replica_set(value: Json) -> Json:
    spec = {"replicas": 1} | value.get("spec", {})
    return value | {"spec": spec | {"template": _template(spec.get("template", {}))}}


def _job(value: Json) -> Json:
    return value | {"spec": _job_spec(value.get("spec", {}))}


def _job_spec(spec: Json) -> Json:
    filled = {"parallelism": 1, "completions": 1, "backoffLimit": 6, "completionMode": "NonIndexed"} | spec
    return filled | {"template": _template(spec.get("template", {}))}


def _cron_job(value: Json) -> Json:
    limits = {"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1}
    spec = {"concurrencyPolicy": "Allow", "suspend": False} | limits | value.get("spec", {})
    template = spec.get("jobTemplate", {})
    job = template.get("spec", {})
    filled = job | {"template": _template(job.get("template", {}))}
    return value | {"spec": spec | {"jobTemplate": {"metadata": {}} | template | {"spec": filled}}}


def _pod(value: Json) -> Json:
    return value | {"spec": _pod_spec(value.get("spec", {}))}


def _template(template: Json) -> Json:
    return {"metadata": {}} | template | {"spec": _pod_spec(template.get("spec", {}))}


def _pod_spec(spec: Json) -> Json:
    filled = POD | spec
    if "serviceAccountName" in filled:  # the old name is still served beside the new one
        filled = filled | {"serviceAccount": filled["serviceAccountName"]}
    lists = {
        name: [_container(item) for item in filled[name]] for name in ("containers", "initContainers") if name in filled
    }
    return filled | lists


def _container(container: Json) -> Json:
    tag = container.get("image", "").rpartition("/")[2].partition(":")[2]
    filled = CONTAINER | {"imagePullPolicy": "Always" if tag in ("", "latest") else "IfNotPresent"} | container
    if "ports" in filled:
        filled = filled | {"ports": [{"protocol": "TCP"} | port for port in filled["ports"]]}
    return filled | {name: _probe(filled[name]) for name in PROBES if name in filled}


def _probe(probe: Json) -> Json:
    web = {"httpGet": {"scheme": "HTTP"} | probe["httpGet"]} if "httpGet" in probe else {}
    return PROBE | probe | web


def _service(value: Json) -> Json:
    spec = {"type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster"} | value.get("spec", {})
    ports = [{"protocol": "TCP", "targetPort": port.get("port")} | port for port in spec.get("ports", [])]
    return value | {"spec": spec | ({"ports": ports} if ports else {})}


def _with_address(value: Json) -> Json:
    """Give a Service an address: one that follows from its name is as good as any, nothing listens there."""
    metadata, spec = value["metadata"], value["spec"]
    if spec["type"] == "ExternalName":
        return value
    digest = hashlib.sha256(f"{metadata['namespace']}/{metadata['name']}".encode()).digest()
    spec = {"clusterIP": f"10.100.{digest[0]}.{digest[1]}"} | spec
    families = {"clusterIPs": [spec["clusterIP"]], "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
    return value | {"spec": families | spec}


def _secret(value: Json) -> Json:
    texts = {name: base64.b64encode(text.encode()).decode() for name, text in value.get("stringData", {}).items()}
    kept = {"type": "Opaque"} | {name: child for name, child in value.items() if name != "stringData"}
    return kept | ({"data": kept.get("data", {}) | texts} if texts else {})


FILLS: dict[str, Callable[[Json], Json]] = {
    "Namespace": _namespace,
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "ReplicaSet": _replica_set,
    "Job": _job,
    "CronJob": _cron_job,
    "Pod": _pod,
    "PersistentVolumeClaim": _claim,
    "NetworkPolicy": _network_policy,
    "Service": _service,
    "Secret": _secret,
}
