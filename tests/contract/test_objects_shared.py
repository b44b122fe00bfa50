"""Objects that others have a hand in, on a real API server: autoscalers, kubectl apply, and whoever may not patch."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.errors import Problem
from tasktool_infra.engine.plan import Action
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.kube.takeover import LAST_APPLIED
from tests.contract.cluster_world import ClusterWorld, deployment, eventually
from tests.contract.clusters import cluster_bench
from tests.contract.hands import api_patch, merge, path
from tests.faults.injection import Script
from tests.faults.runs import plan_of

ADOPT = Making(adopt=True)


def autoscaled(world: ClusterWorld, thing: Manifest, replicas: int) -> None:
    """Let a real autoscaler bring a Deployment to a number of replicas: fewer than its least need no metrics."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": target, "minReplicas": replicas, "maxReplicas": 9}
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
    at = f"/apis/autoscaling/v2/namespaces/{world.namespace.name}/horizontalpodautoscalers"
    world.api.call("POST", at, {**scaler, "spec": spec}).need()
    assert eventually(lambda: world.live(thing)["status"].get("availableReplicas") == replicas, 40)


def test_replicas_of_an_autoscaler_are_left_alone(world: ClusterWorld) -> None:
    thing = world.web(replicas=1)
    world.run(thing)
    autoscaled(world, thing, 3)
    world.bench.unchanged(world.namespace, thing)
    [change] = world.plan(thing)
    assert change.remarks == ("spec.replicas is left to HorizontalPodAutoscaler web",)
    # An apply for another reason leaves them alone as well.
    world.run(world.web(replicas=1, image="web:2"))
    assert world.live(thing)["spec"]["replicas"] == 3
    world.bench.unchanged(world.namespace, world.web(replicas=1, image="web:2"))


def test_replicas_of_an_autoscaler_are_left_alone_by_an_adoption(world: ClusterWorld) -> None:
    thing = world.web(replicas=1)
    world.run()
    world.kubectl("apply", "-f", "-", stdin={**deployment(1), "metadata": {"name": "web"}})
    autoscaled(world, thing, 3)
    # The controllers write its status meanwhile: then the patch is refused, and made anew.
    assert set(world.run(thing, goal=ADOPT).writes) == {"patch", "apply"}
    assert world.live(thing)["spec"]["replicas"] == 3
    world.bench.unchanged(world.namespace, thing)


def kubectl_applied(world: ClusterWorld, *env: str, how: str = "--server-side=false") -> None:
    body = deployment(1, env=[{"name": name, "value": "1"} for name in env])
    world.kubectl("apply", how, "-f", "-", stdin={**body, "metadata": {"name": "web"}})


def env(world: ClusterWorld, thing: Manifest) -> list[str]:
    container = world.live(thing)["spec"]["template"]["spec"]["containers"][0]
    return [each["name"] for each in container.get("env", ())]


def variables(world: ClusterWorld, *names: str) -> Manifest:
    return world.web(env=[{"name": name, "value": "1"} for name in names])


def test_what_kubectl_applied_is_taken_over_so_that_it_can_go(world: ClusterWorld) -> None:
    wanted = variables(world, "A", "B")
    world.run()
    kubectl_applied(world, "A", "B", "OLD")
    world.kubectl("set", "env", "deployment/web", "MORE=1", "B=2")
    world.kubectl("rollout", "restart", "deployment/web")
    [change] = world.plan(wanted, goal=ADOPT)
    gone = [each.path for each in change.fields if each.new is None]
    assert gone == ["spec.template.spec.containers[web].env[OLD]"]
    assert [remark for remark in change.remarks if "takes over what kubectl-client-side-apply" in remark]
    assert plan_of([change]).asks[-1].endswith(f"remove .{gone[0]}")
    assert [remark for remark in change.remarks if 'env[name="B"].value over: conflict with "kubectl-set"' in remark]
    assert set(world.run(wanted, goal=ADOPT).writes) == {"patch", "apply"}
    # What others added, and no kubectl apply, is kept.
    assert env(world, wanted) == ["A", "B", "MORE"]
    live = world.live(wanted)
    assert LAST_APPLIED not in live["metadata"]["annotations"]
    assert "kubectl.kubernetes.io/restartedAt" in live["spec"]["template"]["metadata"]["annotations"]
    managers = {entry["manager"] for entry in live["metadata"]["managedFields"]}
    assert managers == {"tasktool-infra", "kubectl-set", "kubectl-rollout", "kube-controller-manager"}
    world.bench.unchanged(world.namespace, wanted)
    assert world.run(variables(world, "A")).writes == ("apply",)
    assert env(world, wanted) == ["A", "MORE"]


def test_a_default_that_kubectl_applied_stays_and_is_not_told_as_going(world: ClusterWorld) -> None:
    world.run()
    ports, labels = [{"port": 80, "protocol": "TCP", "targetPort": 80}], {"app": "web"}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    theirs = {"selector": labels, "type": "ClusterIP", "sessionAffinity": "ClientIP", "ports": ports}
    world.kubectl("apply", "-f", "-", stdin={**service, "spec": theirs})
    wanted = world.manifest({**service, "spec": {"selector": labels, "ports": [{"port": 80}]}})
    [change] = world.plan(wanted, goal=ADOPT)
    assert [each.path for each in change.fields if each.new is None] == ["spec.sessionAffinity"]
    before = world.live(wanted)["spec"]
    assert set(world.run(wanted, goal=ADOPT).writes) == {"patch", "apply"}
    after = world.live(wanted)["spec"]
    assert {key: value for key, value in after.items() if before.get(key) != value} == {"sessionAffinity": "None"}
    world.unchanged(wanted)


@pytest.mark.parametrize("first", [(), ("--server-side=false",)], ids=["server-side", "client-side before"])
def test_what_kubectl_applied_server_side_is_taken_over_so_that_it_can_go(
    world: ClusterWorld, first: tuple[str, ...]
) -> None:
    wanted = variables(world, "A", "B")
    world.run()
    for how in (*first, "--server-side"):
        kubectl_applied(world, "A", "B", "OLD", how=how)
    [change] = world.plan(wanted, goal=ADOPT)
    gone = [each.path for each in change.fields if each.new is None]
    assert gone == ["spec.template.spec.containers[web].env[OLD]"]
    assert plan_of([change]).asks[-1].endswith(f"remove .{gone[0]}")
    assert [remark for remark in change.remarks if "takes over what kubectl" in remark]
    assert set(world.run(wanted, goal=ADOPT).writes) == {"patch", "apply"}
    assert env(world, wanted) == ["A", "B"]
    managers = {entry["manager"] for entry in world.live(wanted)["metadata"]["managedFields"]}
    assert managers == {"tasktool-infra", "kube-controller-manager"}
    world.bench.unchanged(world.namespace, wanted)
    assert world.run(variables(world, "A")).writes == ("apply",)
    assert env(world, wanted) == ["A"]


@pytest.mark.parametrize("how", ["--server-side=false", "--server-side"])
def test_kubectl_apply_on_top_of_ours_is_taken_over_too(world: ClusterWorld, how: str) -> None:
    wanted = variables(world, "A", "B")
    world.run(wanted)
    kubectl_applied(world, "A", "B", how=how)
    [change] = world.plan(wanted)
    assert [each.path for each in change.fields] == ["applied"]
    assert set(world.run(wanted).writes) == {"patch", "apply"}
    world.bench.unchanged(world.namespace, wanted)
    world.run(variables(world, "A"))
    assert env(world, wanted) == ["A"]


def test_a_service_account_of_kubectl_keeps_its_secrets(world: ClusterWorld) -> None:
    role = "arn:aws:iam::123456789012:role/a"
    account = ServiceAccount(namespace=world.namespace.name, name="app", role_arn=role, within=world.namespace)
    wanted = account.marked(world.owner)
    world.run()
    body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account.metadata()}
    world.kubectl("apply", "-f", "-", stdin={**body, "imagePullSecrets": [{"name": "registry"}]})
    world.bench.run(world.namespace, wanted, goal=ADOPT)
    assert world.api.get(path(wanted))["imagePullSecrets"] == [{"name": "registry"}]
    world.bench.unchanged(world.namespace, wanted)
    bare = evolve(wanted, role_arn="")
    world.bench.run(world.namespace, bare)
    assert "annotations" not in world.api.get(path(wanted))["metadata"]


def test_somebody_who_comes_between_the_take_over_and_us_is_noticed(world: ClusterWorld) -> None:
    wanted = variables(world, "A")
    world.run()
    kubectl_applied(world, "A")

    class Meanwhile(Script):
        def before(self, call: Call, attempt: int) -> None:
            super().before(call, attempt)
            if call.operation == "patch" and len(self.named("patch")) == 1:
                merge(world.api, wanted, {"metadata": {"annotations": {"example.com/late": "1"}}})

    result, writes = world.tried(world.namespace, wanted, hook=Meanwhile(), goal=ADOPT)
    assert result.ok, [str(error) for error in result.failed.values()]
    assert [call.operation for call in writes] == ["patch", "patch", "apply"]
    assert world.live(wanted)["metadata"]["annotations"]["example.com/late"] == "1"


@contextmanager
def reader(world: ClusterWorld, *verbs: str) -> Iterator[ClusterWorld]:
    """Give the world as seen by somebody who has only some rights in the namespace."""
    name = world.namespace.name
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{name}"
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": list(verbs)}
    world.api.call("POST", f"/api/v1/namespaces/{name}/serviceaccounts", {"metadata": {"name": "dev"}}).need()
    world.api.call("POST", f"{rbac}/roles", {"metadata": {"name": "dev"}, "rules": [rule]}).need()
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "dev"}
    subject = {"kind": "ServiceAccount", "name": "dev", "namespace": name}
    body = {"metadata": {"name": "dev"}, "roleRef": role, "subjects": [subject]}
    world.api.call("POST", f"{rbac}/rolebindings", body).need()
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    made = world.api.call("POST", f"/api/v1/namespaces/{name}/serviceaccounts/dev/token", request).need()
    token = made["status"]["token"]
    assert eventually(lambda: world.cluster.api(token).call("GET", f"/api/v1/namespaces/{name}").good)
    with cluster_bench("reader", world.cluster.endpoint, world.cluster.ca.decode(), token) as bench:
        yield evolve(world, bench=bench)


def test_who_may_not_patch_sees_what_we_own_and_is_refused_any_change(world: ClusterWorld) -> None:
    amounts = {"requests": {"cpu": "0.1"}, "limits": {"cpu": "0.5"}}
    same, web = world.config(a="1"), world.web(resources=amounts)
    world.run(same, web)
    with reader(world, "get", "list", "watch") as seen:
        host, *changes = seen.bench.plan(world.namespace, same, web).changes
        assert [change.action for change in (host, *changes)] == [Action.NONE] * 3
        cannot = 'cannot patch resource "configmaps" in API group "" in the namespace'
        assert changes[0].remarks[0].startswith("compared by the fields that we own only")
        assert cannot in changes[0].remarks[0]
        api_patch(world.api, same, [{"op": "replace", "path": "/data/a", "value": "2"}])
        refused, new = seen.plan(same, world.config("new", a="1"))
    assert refused.action is Action.REFUSE
    assert refused.problem == Problem.DENIED.name
    assert "data.a is '2', wanted '1'" in refused.reason
    assert cannot in refused.reason
    assert world.namespace.name in refused.reason
    assert (new.action, new.problem) == (Action.UNKNOWN, Problem.DENIED.name)
    assert cannot in new.reason


def test_who_may_not_create_is_told_before_anything_is_written(world: ClusterWorld) -> None:
    there = world.config(a="1")
    world.run(there)
    with reader(world, "get", "list", "patch") as seen:
        ours, new = seen.plan(world.config(a="2"), world.config("new", a="1"))
    assert ours.action is Action.UPDATE
    assert 'cannot create resource "configmaps"' in new.reason
    assert new.problem == Problem.DENIED.name
