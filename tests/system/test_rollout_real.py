"""Rollouts on a real control plane whose pods never pull, crash, wait for a node, come late, or are not made at all."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.aws.ecr_image import Image
from tasktool_infra.engine.decide import Removing
from tasktool_infra.engine.errors import DeadlinePassed, Problem
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Removal, Resource
from tasktool_infra.kube import readiness
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.readiness import INGRESS
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.values.frozen import freeze, thaw
from tasktool_infra.workloads import Surroundings, workloads
from tests.controlplane import kwok
from tests.controlplane.api import MERGE
from tests.controlplane.cluster import Cluster
from tests.system.rollouts import OWNER, PLACE, REGISTRY, Rollouts, eventually, pods_of, rollouts

ABSENT = f"{REGISTRY}/mamezou-tech/task-service:1.0.0"
LATE = 4.0
VERSION = "networking.k8s.io/v1"
CLASS = f"/apis/{VERSION}/ingressclasses/idle"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that is the log of every pod."""
    return tmp_path_factory.mktemp("logs") / "log"


@pytest.fixture(scope="module")
def cluster(real_cluster: Cluster, log: Path) -> Iterator[Cluster]:
    """Let pods do by their image what a test wants."""
    log.write_text(kwok.log_text("connecting", "no table: task-tool-prod-tasks"))
    real_cluster.play(
        kwok.never_pulled("task-service"),
        kwok.crashing("broken|task-web", exit_code=3),
        kwok.late("slow", LATE),
        kwok.logs(str(log)),
    )
    yield real_cluster
    real_cluster.play()


@pytest.fixture
def there(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Rollouts]:
    """Give a namespace of the test's own."""
    name = str(request.node.name).replace("_", "-").translate(str.maketrans("[]", "--"))[:50].strip("-")
    with rollouts(cluster, name) as made:
        yield made


def image(there: Rollouts) -> Image:
    found = Image.of(ABSENT, PLACE)
    assert found is not None
    there.registry.tags.add("1.0.0")
    return found


def test_a_rollout_ends_with_all_replicas_and_is_no_change_afterwards(there: Rollouts) -> None:
    healthy = there.deployment("web", "healthy:1", replicas=3)
    assert there.run(healthy).ok
    assert there.api.get(there.path("deployments", "web"))["status"]["availableReplicas"] == 3
    assert there.plan(healthy).actions == {str(healthy.key): "none"}


def test_a_rollout_that_comes_late_is_waited_for(there: Rollouts) -> None:
    began = time.monotonic()
    assert there.run(there.deployment("web", "slow:1", deadline=30)).ok
    assert time.monotonic() - began > LATE


def test_an_image_that_was_pulled_by_nobody_is_missed_in_the_registry(there: Rollouts) -> None:
    known = image(there)
    wanted = there.deployment("web", ABSENT, replicas=2)
    lost = evolve(wanted, requires=(known,))
    there.registry.tags.clear()  # it went after the plan
    said = there.why(lost)
    assert said.splitlines()[:3] == [
        f"{wanted.key}: all replicas to be updated and available: it ended as 2 of 2 updated, 0 available",
        f"  2 of 2 pods, container app ({ABSENT}): ImagePullBackOff: Back-off pulling image",
        "    the tag 1.0.0 is absent from mamezou-tech/task-service: push it or set `image_tag`",
    ]
    there.registry.tags.add("1.0.0")
    assert "1.0.0 is in mamezou-tech/task-service" in there.why(lost)


def test_a_crash_is_told_with_its_log(there: Rollouts) -> None:
    said = there.why(there.deployment("web", "broken:1")).splitlines()
    assert said[1].endswith("CrashLoopBackOff: it ended with exit code 3, and was restarted 4 times")
    assert said[2:4] == ["    its log: connecting", "    its log: no table: task-tool-prod-tasks"]


def test_a_program_for_another_processor_is_explained_by_image_and_node(there: Rollouts, log: Path) -> None:
    there.registry.architecture = "arm64"
    before = log.read_text()
    log.write_text(kwok.log_text("exec /usr/bin/node: exec format error"))
    said = there.why(there.deployment("web", f"{REGISTRY}/mamezou-tech/task-web:1.0.0"))
    log.write_text(before)
    assert "CrashLoopBackOff" in said
    assert said.splitlines()[-2] == (
        "    exec format error: the node is amd64, the image was built for arm64; build it for the node's:"
        " docker buildx build --platform linux/amd64 --push"
    )


def test_a_failed_rollout_fails_at_once_in_the_next_run(there: Rollouts) -> None:
    broken = there.deployment("web", "broken:1")
    there.why(broken)
    began = time.monotonic()
    assert there.plan(broken).actions == {str(broken.key): "update"}
    assert "CrashLoopBackOff" in there.why(broken)
    assert time.monotonic() - began < 3


def stateful(there: Rollouts, image: str, **pod: Any) -> Manifest:
    spec = {"replicas": 2, "serviceName": "web", **pods_of("web", image, **pod)}
    return there.object("apps/v1", "StatefulSet", "web", {"spec": spec})


def daemons(there: Rollouts, image: str, **pod: Any) -> Manifest:
    return there.object("apps/v1", "DaemonSet", "web", {"spec": pods_of("web", image, **pod)})


@pytest.fixture(params=[stateful, daemons])
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Manifest]:
    """Give what makes a set, of which none is waited for long."""
    for name in ("STATEFUL_SET", "DAEMON_SET"):
        monkeypatch.setattr(readiness, name, evolve(getattr(readiness, name), deadline=3.0))
    kind: Callable[..., Manifest] = request.param
    return kind


def test_a_set_is_waited_for_and_explained(there: Rollouts, made: Callable[..., Manifest]) -> None:
    for image in ("healthy:1", "healthy:2"):
        assert there.run(made(there, image)).ok
        pods = there.api.get(f"/api/v1/namespaces/{there.host.name}/pods?labelSelector=app=web")["items"]
        assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {image}
    healthy = made(there, "healthy:2")
    assert there.plan(healthy).actions == {str(healthy.key): "none"}
    said = there.why(made(there, "broken:1"))
    assert ": not after " in said
    assert "CrashLoopBackOff: it ended with exit code 3" in said
    assert "its log: no table: task-tool-prod-tasks" in said


def test_a_set_without_pods_says_why(there: Rollouts, made: Callable[..., Manifest]) -> None:
    said = there.why(made(there, "healthy:1", serviceAccountName="absent"))
    assert "pods are not made" in said
    assert 'serviceaccount "absent" not found' in said
    assert "Make that ServiceAccount, or correct `serviceAccountName`." in said


def test_what_was_available_before_does_not_hide_a_rollout_that_fails(there: Rollouts) -> None:
    assert there.run(there.deployment("web", "healthy:1", replicas=3)).ok
    said = there.why(there.deployment("web", "broken:2", replicas=3))
    assert "it ended as 1 of 3 updated, 3 available" in said
    conditions = there.api.get(there.path("deployments", "web"))["status"]["conditions"]
    assert {c["type"]: c["status"] for c in conditions} == {"Available": "True", "Progressing": "False"}
    assert there.run(there.deployment("web", "healthy:2", replicas=3, deadline=30)).ok


def test_the_scheduler_is_quoted(there: Rollouts) -> None:
    big = there.deployment("web", "healthy:1", container={"resources": {"requests": {"cpu": "1000"}}})
    assert "1 of 1 pods: no node takes it: 0/1 nodes are available: 1 Insufficient cpu." in there.why(big)


def test_a_missing_service_account_is_named_with_what_to_do(there: Rollouts) -> None:
    said = there.why(there.deployment("web", "healthy:1", serviceAccountName="absent"))
    assert 'serviceaccount "absent" not found' in said
    assert "Make that ServiceAccount, or correct `serviceAccountName`." in said


def test_a_quota_is_named_with_what_to_do(there: Rollouts) -> None:
    quota = there.object("v1", "ResourceQuota", "small", {"spec": {"hard": {"pods": "1"}}})
    path = f"/api/v1/namespaces/{there.host.name}/resourcequotas"
    there.api.call("POST", path, thaw(freeze(quota.manifest()))).need()
    eventually(lambda: there.api.get(f"{path}/small").get("status", {}).get("hard"))
    said = there.why(there.deployment("web", "healthy:1", replicas=3))
    assert "exceeded quota: small" in said
    assert "Raise the namespace's ResourceQuota" in said


def test_a_policy_that_forbids_the_pods_is_quoted(there: Rollouts) -> None:
    name = there.host.name
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}
    says = {"expression": "false", "message": "no pods on Sundays"}
    spec = {"matchConstraints": {"resourceRules": [rule], **here}, "validations": [says]}
    binding = {"policyName": name, "validationActions": ["Deny"]}
    root = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
    there.api.call("POST", f"{root}ies", {"metadata": {"name": name}, "spec": spec}).need()
    there.api.call("POST", f"{root}ybindings", {"metadata": {"name": name}, "spec": binding}).need()
    eventually(lambda: not there.api.call("POST", f"/api/v1/namespaces/{name}/pods?dryRun=All", POD).good)
    said = there.why(there.deployment("web", "healthy:1"))
    assert "no pods on Sundays" in said
    assert "An admission policy says no" in said


POD = {"metadata": {"name": "probe"}, "spec": {"containers": [{"name": "app", "image": "healthy:1"}]}}


def test_a_paused_rollout_is_not_waited_for(there: Rollouts) -> None:
    assert there.run(there.deployment("web", "healthy:1", deadline=60)).ok
    there.api.call("PATCH", there.path("deployments", "web"), {"spec": {"paused": True}}, MERGE).need()
    assert "kubectl rollout resume deployment/web" in there.why(there.deployment("web", "healthy:2", deadline=60))


def test_a_deadline_of_our_own_counts_where_no_controller_looks(
    there: Rollouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasktool_infra.kube.readiness.OVERTIME", -2.0)
    [error] = there.run(there.deployment("web", "slow:1", deadline=3)).failed.values()
    assert isinstance(error, DeadlinePassed)
    assert error.problem is Problem.UNFINISHED
    assert "last seen: 1 of 1 updated, 0 available" in error.message


def ingress(there: Rollouts, name: str) -> Manifest:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    content = {"spec": {"ingressClassName": name, "rules": rules}}
    return there.object("networking.k8s.io/v1", "Ingress", "door", content)


def test_an_ingress_that_nobody_serves_is_remarked_and_not_waited_for(there: Rollouts) -> None:
    door = ingress(there, "absent")
    [planned] = there.plan(door).changes
    assert planned.remarks == ("will not be waited for: the cluster has no IngressClass absent",)
    result = there.run(door)
    assert result.ok
    live = result.live[door.key]
    assert live is not None
    assert live.remarks == ("not ready: the cluster has no IngressClass absent",)
    [change] = there.plan(door).changes
    assert (change.action, change.remarks) == (Action.NONE, live.remarks)


def test_an_ingress_waits_for_its_address(there: Rollouts, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {"controller": "example.com/nobody"}
    there.api.apply(CLASS, {"apiVersion": VERSION, "kind": "IngressClass", "metadata": {"name": "idle"}, "spec": spec})
    door = ingress(there, "idle")
    assert there.plan(door).changes[0].remarks == ()
    monkeypatch.setattr("tasktool_infra.kube.readiness.INGRESS", evolve(INGRESS, deadline=1.0))
    said = there.why(door)
    assert "an address: not after" in said
    assert "the controller of IngressClass idle (example.com/nobody)" in said
    status: dict[str, Any] = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}
    path = there.path("ingresses", "door", "networking.k8s.io/v1")
    there.api.call("PATCH", f"{path}/status", status, MERGE).need()
    assert there.run(door).ok
    there.api.call("DELETE", CLASS).need()


def test_another_role_restarts_the_pods_that_use_it(there: Rollouts) -> None:
    def made(role: str) -> list[Resource]:
        body = thaw(freeze(there.deployment("web", "healthy:1", deadline=30, serviceAccountName="app").body))
        account = ServiceAccount(namespace=there.host.name, name="app", role_arn=role, within=there.host).marked(OWNER)
        around = Surroundings(application="app", namespace=there.host, accounts=(account,), place=PLACE)
        return [account, *(each.marked(OWNER) for each in workloads([body], around))]

    def pods() -> set[str]:
        items = there.api.get(f"/api/v1/namespaces/{there.host.name}/pods")["items"]
        return {pod["metadata"]["uid"] for pod in items if "deletionTimestamp" not in pod["metadata"]}

    role = "arn:aws:iam::123456789012:role/app/TaskService"
    assert there.run(*made(role)).ok
    before = pods()
    assert not there.plan(*made(role)).changing
    assert there.run(*made(f"{role}-other")).ok
    assert len(before) == 1
    eventually(lambda: len(pods()) == 1 and not before & pods())


def test_a_namespace_that_can_not_go_names_what_holds_it(there: Rollouts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasktool_infra.kube.object.GOING_DEADLINE", 8.0)
    held = {"metadata": {"name": "held", "finalizers": ["example.com/holds"]}}
    path = f"/api/v1/namespaces/{there.host.name}/configmaps"
    there.api.call("POST", path, held).need()
    [error] = there.run(there.host, goal=Removing(removal=Removal())).failed.values()
    assert isinstance(error, DeadlinePassed)
    assert "  ConfigMap held is held by its finalizer example.com/holds" in error.message
    there.api.call("PATCH", f"{path}/held", {"metadata": {"finalizers": None}}, MERGE).need()


def test_a_deployment_is_gone_when_its_pods_are(there: Rollouts) -> None:
    healthy = there.deployment("web", "healthy:1", deadline=30, replicas=3)
    assert there.run(healthy).ok
    assert there.run(healthy, goal=Removing(removal=Removal())).ok
    assert there.api.get(f"/api/v1/namespaces/{there.host.name}/pods")["items"] == []
