"""The sandbox's Kubernetes beside the real kube-apiserver: the same requests, the same answers."""

import json
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from tasktool_infra.sandbox.kubernetes.server import running
from tests.controlplane.cluster import Cluster
from tests.unit.sandbox.conftest import APPLY, MERGE, Answer, Client, connect

Json = dict[str, Any]
OURS_ALONE = {"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "clusterIP", "clusterIPs"}
"""Facts that can't be the same in two clusters."""
CONTROLLERS = {"kube-controller-manager", "sandbox-controllers"}
STRATEGIC, PATCH = "application/strategic-merge-patch+json", "application/json-patch+json"

CORE, APPS, BATCH = "/api/v1/namespaces/beside", "/apis/apps/v1/namespaces/beside", "/apis/batch/v1/namespaces/beside"
CONFIG: Json = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "v"}}
LABELS = {"app": "d"}
CONTAINER: Json = {
    "name": "a",
    "image": "a:1",
    "ports": [{"containerPort": 80}],
    "env": [{"name": "X", "value": "y"}],
    "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
}
JOB: Json = {
    "backoffLimit": 10,
    "template": {
        "spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "c", "image": "c:1", "volumeMounts": [{"name": "v", "mountPath": "/x"}]}],
            "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "10Gi"}}],
        }
    },
}
BACKEND = {"service": {"name": "s", "port": {"number": 80}}}
RULE = {"host": "h", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": BACKEND}]}}


def config(**metadata: Any) -> Json:
    return CONFIG | {"metadata": {"name": "a"} | metadata}


def deployment(**spec: Any) -> Json:
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [CONTAINER]}}
    filled = {"selector": {"matchLabels": LABELS}, "template": template} | spec
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": filled}


def named(kind: str, name: str, version: str = "v1", **content: Any) -> Json:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}} | content


INGRESSES = "/apis/networking.k8s.io/v1/namespaces/beside/ingresses"
ADD_LABELS = {"op": "add", "path": "/metadata/labels", "value": LABELS}
RESET = {"op": "replace", "path": "/metadata/managedFields", "value": [{}]}
FAILED_TEST = {"op": "test", "path": "/data/k", "value": "x"}
OTHER_IMAGE = {"spec": {"template": {"spec": {"containers": [CONTAINER | {"image": "a:2"}]}}}}
CRON_JOB = named("CronJob", "c", "batch/v1", spec={"schedule": "0 15 * * *", "jobTemplate": {"spec": JOB}})
SERVICE = named("Service", "s", spec={"selector": LABELS, "ports": [{"port": 80, "targetPort": "http"}]})
INGRESS = named("Ingress", "i", "networking.k8s.io/v1", spec={"ingressClassName": "x", "rules": [RULE]})
ACCOUNT = named("ServiceAccount", "s", metadata={"name": "s", "annotations": {"a": "b"}})
FOREIGN = {"metadata": {"labels": LABELS}, "imagePullSecrets": [{"name": "p"}]}
NAMESPACE = named("Namespace", "beside", metadata={"name": "beside", "labels": LABELS})

Step = tuple[str, str, str, Any]
"""What for, method or media type of a patch, path (its query included), body."""

STEPS: list[Step] = [
    ("a namespace", "POST", "/api/v1/namespaces", {"metadata": {"name": "beside"}}),
    ("an apply without kind", APPLY, f"{CORE}/configmaps/a", {"metadata": {"name": "a"}}),
    ("an apply without name", APPLY, f"{CORE}/configmaps/a", CONFIG | {"metadata": {}}),
    ("an apply of another kind", APPLY, f"{CORE}/configmaps/a", CONFIG | {"kind": "Secret"}),
    ("an apply of another name", APPLY, f"{CORE}/configmaps/a", config(name="b")),
    ("an apply in another namespace", APPLY, f"{CORE}/configmaps/a", config(namespace="other")),
    ("a wrong type", APPLY, f"{CORE}/configmaps/a", CONFIG | {"data": {"k": 1}}),
    ("a namespace that is missing", APPLY, "/api/v1/namespaces/gone/configmaps/a", CONFIG),
    ("a version that is missing", "GET", "/apis/apps/v2/deployments", None),
    ("a resource that is missing", "GET", "/api/v1/foos", None),
    ("a group that is missing", "GET", "/apis/x.io/v1/foos", None),
    ("a dry run of a kind that there is not", APPLY, f"{CORE}/configmaps/a?dryRun=Some", CONFIG),
    ("an apply", APPLY, f"{CORE}/configmaps/a", CONFIG),
    ("an apply again", APPLY, f"{CORE}/configmaps/a", CONFIG),
    ("a creation of what stands", "POST", f"{CORE}/configmaps", CONFIG),
    ("an illegal name", "POST", f"{CORE}/configmaps", config(name="A_")),
    ("an illegal label", "POST", f"{CORE}/configmaps", config(labels={"a": "b c"})),
    ("an old version", "PUT", f"{CORE}/configmaps/a", config(resourceVersion="1")),
    ("an unknown field", "POST", f"{CORE}/configmaps?fieldValidation=Strict", config(name="y") | {"spec": 1}),
    ("an edit", MERGE, f"{CORE}/configmaps/a", {"data": {"k": "w", "n": "1"}}),
    ("a conflict", APPLY, f"{CORE}/configmaps/a", CONFIG),
    ("force", APPLY, f"{CORE}/configmaps/a?force=true", CONFIG),
    ("a failed test", PATCH, f"{CORE}/configmaps/a", [FAILED_TEST]),
    ("labels by JSON patch", PATCH, f"{CORE}/configmaps/a", [ADD_LABELS]),
    ("managers taken over", PATCH, f"{CORE}/configmaps/a", [RESET]),
    ("a deletion", "DELETE", f"{CORE}/configmaps/a", None),
    ("a deletion of what is gone", "DELETE", f"{CORE}/configmaps/a", None),
    ("a Deployment", APPLY, f"{APPS}/deployments/d", deployment()),
    ("an unknown field in it", APPLY, f"{APPS}/deployments/d", deployment(replica=1)),
    ("another selector", APPLY, f"{APPS}/deployments/d", deployment(selector={"matchLabels": {"x": "y"}})),
    ("an edited image", STRATEGIC, f"{APPS}/deployments/d", OTHER_IMAGE),
    ("a conflict in a container", APPLY, f"{APPS}/deployments/d", deployment()),
    ("replicas that we set", APPLY, f"{APPS}/deployments/d?force=true", deployment(replicas=2)),
    ("replicas that we set no longer", APPLY, f"{APPS}/deployments/d", deployment()),
    ("a creation with its owner", "POST", f"{APPS}/deployments", deployment() | {"metadata": {"name": "e"}}),
    ("a CronJob", APPLY, f"{BATCH}/cronjobs/c", CRON_JOB),
    ("a Service", APPLY, f"{CORE}/services/s", SERVICE),
    ("an Ingress", APPLY, f"{INGRESSES}/i", INGRESS),
    ("an account", APPLY, f"{CORE}/serviceaccounts/s", ACCOUNT),
    ("its foreign fields", MERGE, f"{CORE}/serviceaccounts/s", FOREIGN),
    ("its annotation gone", APPLY, f"{CORE}/serviceaccounts/s", named("ServiceAccount", "s")),
    ("a Secret", APPLY, f"{CORE}/secrets/s", named("Secret", "s", stringData={"a": "b"})),
    ("the namespace's labels", APPLY, "/api/v1/namespaces/beside", NAMESPACE),
    ("something held", "POST", f"{CORE}/configmaps", config(name="held", finalizers=["x.io/y"])),
    ("its deletion", "DELETE", f"{CORE}/configmaps/held", None),
    ("the namespace's deletion", "DELETE", "/api/v1/namespaces/beside", None),
    ("a creation in it", "POST", f"{CORE}/configmaps", config(name="late")),
    ("an apply in it", APPLY, f"{CORE}/configmaps/late", config(name="late")),
    ("letting go", MERGE, f"{CORE}/configmaps/held", {"metadata": {"finalizers": None}}),
]


def answers(client: Client) -> Iterator[Answer]:
    """Do all steps, one after the other."""
    for _, how, where, body in STEPS:
        path, _, query = where.partition("?")
        options = dict(pair.split("=") for pair in query.split("&") if pair)
        patch = how.startswith("application/")
        method, media = ("PATCH", how) if patch else (how, "application/json")
        options |= {"fieldManager": "us"} if how == APPLY else {}
        yield client.send(method, path, body, media=media, **options)


def comparable(value: Any) -> Any:
    """Leave out what differs between any two clusters, and what their controllers wrote in the meantime."""
    if isinstance(value, list):
        theirs = [isinstance(item, dict) and item.get("manager") in CONTROLLERS for item in value]
        return [comparable(item) for item, left_out in zip(value, theirs, strict=True) if not left_out]
    if not isinstance(value, dict):
        return value
    unlike = OURS_ALONE | ({"status"} if value.get("kind") == "Deployment" else set())
    kept = {name: comparable(child) for name, child in value.items() if name not in unlike}
    if "annotations" in kept:
        kept["annotations"].pop("deployment.kubernetes.io/revision", None)
    return {name: child for name, child in kept.items() if name != "annotations" or child}


@pytest.fixture(scope="module")
def both(real_cluster: Cluster) -> dict[str, tuple[Answer, Answer]]:
    """All answers by step: ours and the real server's."""
    context = ssl.create_default_context(cadata=real_cluster.ca.decode())
    real = list(answers(Client(real_cluster.endpoint, context, real_cluster.token)))
    with running() as server:
        ours = list(answers(connect(server)))
    return {step[0]: pair for step, pair in zip(STEPS, zip(ours, real, strict=True), strict=True)}


@pytest.mark.parametrize("step", [step[0] for step in STEPS])
def test_the_answers_are_the_same(both: dict[str, tuple[Answer, Answer]], step: str) -> None:
    ours, real = both[step]
    assert ours.code == real.code
    texts = [json.dumps(comparable(answer.body), indent=1, sort_keys=True) for answer in (ours, real)]
    assert texts[0] == texts[1]
