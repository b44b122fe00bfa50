"""Objects on a real API server: no drift that is none; what other hands did is shown with their names, and mended."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.kustomize import manifests
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.values.frozen import freeze
from tests.contract.bench import STRANGER
from tests.contract.cluster_world import ClusterWorld, definition, deployment
from tests.contract.hands import api_patch, merge, path, pointer
from tests.faults.injection import Script
from tests.overlay_values import PROD

ADOPT = Making(adopt=True)
ISSUERS = "issuers.cert-manager.io"


def test_the_whole_overlay_shows_no_drift_that_is_none(world: ClusterWorld) -> None:
    name, host = world.namespace.name, world.namespace
    things: list[KubeObject] = [ServiceAccount(namespace=name, name="task-service", role_arn="arn:aws:iam::1:role/a")]
    things += [ServiceAccount(namespace=name, name="task-reporter")]
    things += [Manifest(body=freeze(body), within=host) for body in manifests(evolve(PROD, namespace=name))]
    wanted = [thing.marked(world.owner) for thing in things]
    with definition(world.api, "Issuer", "cert-manager.io"):
        world.bench.run(host, *wanted)
        versions = [world.quiet(thing) for thing in wanted]
        world.bench.unchanged(host, *wanted)
        assert [world.version(thing) for thing in wanted] == versions
    kinds = {thing.manifest()["kind"] for thing in wanted}
    assert kinds == {"ServiceAccount", "ConfigMap", "Service", "Deployment", "CronJob", "Ingress", "Issuer"}
    calls = [call.operation for call in world.bench.calls.calls]
    assert calls.count("get") == calls.count("apply") == len(wanted) + 1
    # What is listed besides: nodes, IngressClasses and cert-manager, of which nobody is there to wait for.
    assert {call.parameters["kind"] for call in world.bench.calls.named("list")} <= {"IngressClass", "Deployment"}


def others(world: ClusterWorld) -> list[Manifest]:
    """Give objects of kinds in which a server fills in much."""
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "other"}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "0.5Gi"}}}
    pod: dict[str, Any] = deployment()["spec"]["template"]
    once = {"metadata": pod["metadata"], "spec": {**pod["spec"], "restartPolicy": "Never"}}
    amounts = {"requests": {"cpu": 0.1, "memory": "1024Mi"}, "limits": {"cpu": "0.3"}}
    bodies: list[tuple[str, str, dict[str, Any]]] = [
        ("v1", "Secret", {"stringData": {"password": "x"}}),
        ("v1", "PersistentVolumeClaim", {"spec": claim}),
        ("apps/v1", "StatefulSet", {"spec": {**deployment(0)["spec"], "serviceName": "web"}}),
        ("apps/v1", "DaemonSet", {"spec": deployment(None)["spec"]}),
        ("batch/v1", "Job", {"spec": {"template": once}}),
        ("networking.k8s.io/v1", "NetworkPolicy", {"spec": {"podSelector": {}, "ingress": [{}]}}),
        ("autoscaling/v2", "HorizontalPodAutoscaler", {"spec": {"scaleTargetRef": target, "maxReplicas": 1}}),
        ("policy/v1", "PodDisruptionBudget", {"spec": {"maxUnavailable": "50%"}}),
        ("rbac.authorization.k8s.io/v1", "Role", {"rules": [rule]}),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", {"roleRef": role, "subjects": []}),
        ("apps/v1", "Deployment", deployment(1, resources=amounts, env=[{"name": "A", "value": ""}])),
    ]
    return [world.manifest({**body, "apiVersion": v, "kind": kind}, name="other") for v, kind, body in bodies]


def test_no_kind_shows_drift_that_is_none(world: ClusterWorld) -> None:
    things = others(world)
    world.run(*things)
    world.bench.unchanged(world.namespace, *things)


def test_a_field_that_the_kind_does_not_have_is_refused_with_its_path(world: ClusterWorld) -> None:
    world.run(world.web())
    for name in ("web", "new"):
        [change] = world.plan(world.web(name, imagePullPolitely="Always"))
        assert change.action is Action.REFUSE
        assert '.spec.template.spec.containers[name="web"].imagePullPolitely: field not declared' in change.reason


def edited(world: ClusterWorld, thing: Manifest) -> str:
    world.kubectl("edit", "deployment/web", editor="sed -i s/web:1/evil/")
    return "kubectl-edit"


def scaled(world: ClusterWorld, thing: Manifest) -> str:
    world.kubectl("scale", "deployment/web", "--replicas=2")
    return 'kubectl" with subresource "scale'


def applied(world: ClusterWorld, thing: Manifest) -> str:
    body = deployment(1, image="theirs:1")
    world.api.apply(path(thing), {**body, "metadata": {"name": "web"}}, manager="argocd-controller")
    return "argocd-controller"


@pytest.mark.parametrize(
    ("by_hand", "field", "values"),
    [
        (edited, "spec.template.spec.containers[web].image", ("evil", "web:1")),
        (scaled, "spec.replicas", (2, 1)),
        (applied, "spec.template.spec.containers[web].image", ("theirs:1", "web:1")),
    ],
)
def test_what_others_changed_is_shown_with_their_name_and_mended(
    world: ClusterWorld, by_hand: Any, field: str, values: tuple[Any, Any]
) -> None:
    thing = world.web()
    world.run(thing)
    manager = by_hand(world, thing)
    [change] = world.plan(thing)
    shown = {each.path: (each.old, each.new) for each in change.fields}
    assert shown[field] == values
    assert [remark for remark in change.remarks if f'"{manager}"' in remark]
    assert world.run(thing).writes == ("apply",)
    world.unchanged(thing)


def test_who_comes_after_the_plan_is_not_overruled_unseen(world: ClusterWorld) -> None:
    thing, wanted = world.config(a="1"), world.config(a="2")
    world.run(thing)

    class Meanwhile(Script):
        def before(self, call: Call, attempt: int) -> None:
            super().before(call, attempt)
            if call.writes:
                merge(world.api, thing, {"data": {"a": "theirs"}}, "late-comer")

    result, _ = world.tried(world.namespace, wanted, hook=Meanwhile())
    error = result.failed[wanted.key]
    assert "late-comer" in str(error)
    assert ".data.a" in str(error)
    assert "the plan then shows" in error.next_step
    assert world.live(thing)["data"] == {"a": "theirs"}
    world.run(wanted)
    world.unchanged(wanted)


def test_one_that_is_not_ours_is_refused_or_adopted_like_everything(world: ClusterWorld) -> None:
    theirs, ours = world.config(a="1").marked(STRANGER), world.config(a="2")
    world.run(theirs)
    for goal in (Making(), ADOPT):
        assert world.plan(ours, goal=goal)[0].action is Action.REFUSE
    labels = theirs.manifest()["metadata"]["labels"]
    api_patch(world.api, theirs, [{"op": "remove", "path": f"/metadata/labels/{pointer(key)}"} for key in labels])
    assert "does not carry our mark" in world.plan(ours)[0].reason
    assert world.run(ours, goal=ADOPT).plan.changes[1].adopts
    world.unchanged(ours)


def test_a_changed_selector_is_refused_with_the_way_out(world: ClusterWorld) -> None:
    thing = world.web()
    world.run(thing)
    body = deployment(1)
    body["spec"]["template"]["metadata"] = {"labels": {"app": "other"}}
    body["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    [config, change] = world.plan(world.config(a="1"), world.manifest(body, name="web"))
    assert (config.action, change.action) == (Action.CREATE, Action.REFUSE)
    assert "spec.selector" in change.reason
    assert "field is immutable" in change.reason
    assert "delete the object" in change.next_step


def test_a_kind_that_nobody_brought_is_refused_before_anything_is_written(world: ClusterWorld) -> None:
    issuer = world.manifest({"apiVersion": "cert-manager.io/v1", "kind": "Issuer", "spec": {}}, name="letsencrypt")
    # In a namespace yet to be made too: that is known without it.
    for there in (False, True):
        if there:
            world.run()
        config, change = world.plan(world.config(a="1"), issuer)
        assert (config.action, change.action) == (Action.CREATE, Action.REFUSE)
        assert "the cluster does not know the kind Issuer (cert-manager.io/v1)" in change.reason
        assert "Install cert-manager" in change.next_step


def test_what_has_no_host_yet_is_dry_run_before_the_first_is_written(world: ClusterWorld) -> None:
    good, bad = world.config("good", a="1"), world.web("bad", ports=[{"containerPort": 70000}])
    changes = world.plan(good, bad)
    assert [change.action for change in changes] == [Action.CREATE, Action.CREATE]
    assert all("not checked yet" in change.remarks[0] for change in changes)
    result, writes = world.tried(world.namespace, good, bad)
    assert result.done == (world.namespace.key,)
    assert "ports[0].containerPort: Invalid value: 70000" in str(result.failed[bad.key])
    assert result.not_started == (good.key,)
    assert [call.parameters["manifest"]["kind"] for call in writes] == ["Namespace"]
    world.run(good)


def test_all_of_a_new_namespace_are_looked_at_and_then_made(world: ClusterWorld) -> None:
    things: list[Resource] = [world.namespace, *(world.config(f"c{n}", a="1") for n in range(3))]
    script = Script()
    result, writes = world.tried(*things, hook=script)
    assert result.ok, [str(error) for error in result.failed.values()]
    assert len(writes) == 4
    kinds = ["write" if call.writes else "look" for call in script.calls if call.operation == "apply"]
    after_host = kinds[kinds.index("write") + 2 :]  # the namespace is read once more, beside the first looks
    assert after_host.index("write") >= 3
