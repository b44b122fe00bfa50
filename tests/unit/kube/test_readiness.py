"""When objects have come to be, by recorded objects; what is waited for, for how long, and when it is in vain."""

from typing import Any

import jmespath
import pytest

from tasktool_infra.engine.calls import GONE, Pointless
from tasktool_infra.engine.waiting import is_pointless
from tasktool_infra.kube import readiness
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND
from tasktool_infra.kube.readiness import DEPLOYMENT, INGRESS, ISSUER, NO_NODE, is_ready
from tests.answers import error, feed
from tests.unit.kube.recorded_rollouts import AVAILABLE, EXCEEDED, PROGRESSING, deployment


@pytest.mark.parametrize(
    ("live", "done"),
    [
        (deployment(AVAILABLE, PROGRESSING), True),
        (deployment(observedGeneration=1), False),
        (deployment(updatedReplicas=1), False),
        (deployment(availableReplicas=2), False),
        (deployment(replicas=4), False),
        (deployment(availableReplicas=None, updatedReplicas=None, replicas=None, spec={"replicas": 0}), True),
        ({**deployment(), "status": {}}, False),
    ],
    ids=["out", "not seen yet", "not all updated", "not all available", "an old one", "none wanted", "new"],
)
def test_a_deployment_is_ready_when_all_of_it_is_new_and_available(live: dict[str, Any], *, done: bool) -> None:
    assert is_ready(DEPLOYMENT, live) is done


def test_that_it_is_still_available_says_nothing_of_a_rollout() -> None:
    failing = deployment(AVAILABLE, EXCEEDED, updatedReplicas=1, replicas=4)
    assert not is_ready(DEPLOYMENT, failing)
    assert jmespath.search(DEPLOYMENT.failed, failing)
    assert jmespath.search(DEPLOYMENT.sees, failing) == "1 of 3 updated, 3 available"


def test_a_failure_of_the_rollout_before_is_not_one_of_this() -> None:
    assert not jmespath.search(DEPLOYMENT.failed, deployment(EXCEEDED, observedGeneration=1))
    assert not jmespath.search(DEPLOYMENT.failed, deployment(PROGRESSING))
    assert not jmespath.search(DEPLOYMENT.failed, {**deployment(), "status": {}})


def test_a_paused_deployment_will_never_be_ready_and_says_so() -> None:
    paused = deployment(updatedReplicas=1, spec={"paused": True})
    assert jmespath.search(DEPLOYMENT.failed, paused)
    assert jmespath.search(DEPLOYMENT.sees, paused).endswith(", paused")


SETS = {"apiVersion": "apps/v1", "metadata": {"name": "web"}}
DONE = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), 3)
NODES = dict.fromkeys(("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"), 2)


@pytest.mark.parametrize(
    ("kind", "spec", "status", "done"),
    [
        ("StatefulSet", {}, DONE, True),
        ("StatefulSet", {}, {**DONE, "observedGeneration": 1}, False),
        ("StatefulSet", {}, {**DONE, "updatedReplicas": 2}, False),
        ("StatefulSet", {}, {**DONE, "availableReplicas": 2}, False),
        ("StatefulSet", {"updateStrategy": {"type": "OnDelete"}}, {**DONE, "updatedReplicas": 0}, True),
        ("StatefulSet", {"updateStrategy": {"rollingUpdate": {"partition": 2}}}, {**DONE, "updatedReplicas": 1}, True),
        ("StatefulSet", {"updateStrategy": {"rollingUpdate": {"partition": 1}}}, {**DONE, "updatedReplicas": 1}, False),
        ("StatefulSet", {"updateStrategy": {"rollingUpdate": {"partition": 9}}}, {**DONE, "updatedReplicas": 0}, True),
        ("DaemonSet", {}, NODES, True),
        ("DaemonSet", {}, {}, True),
        ("DaemonSet", {}, {**NODES, "updatedNumberScheduled": 1}, False),
        ("DaemonSet", {}, {**NODES, "numberAvailable": 1}, False),
        ("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, {**NODES, "updatedNumberScheduled": 0}, True),
    ],
)
def test_a_set_is_ready_when_its_pods_are_new_as_far_as_its_strategy_goes_and_available(
    kind: str, spec: Any, status: Any, *, done: bool
) -> None:
    manifest = {**SETS, "kind": kind, "spec": {"replicas": 3, **spec}}
    live = {**manifest, "metadata": {"generation": 2}, "status": {"observedGeneration": 2, **status}}
    wanted = readiness.readiness(manifest)
    assert wanted is not None
    assert is_ready(wanted, live) is done


def ready(status: str, generation: int | None) -> dict[str, Any]:
    condition = {"type": "Ready", "status": status, "message": "The ACME account was registered"}
    seen = {"observedGeneration": generation} if generation is not None else {}
    return {"metadata": {"generation": 2}, "status": {"conditions": [{**condition, **seen}]}}


@pytest.mark.parametrize(
    ("live", "done"),
    [
        (ready("True", 2), True),
        (ready("True", None), True),
        (ready("True", 1), False),
        (ready("False", 2), False),
        ({"metadata": {"generation": 1}}, False),
    ],
)
def test_an_issuer_is_ready_when_cert_manager_says_so_of_this_generation(live: dict[str, Any], *, done: bool) -> None:
    assert is_ready(ISSUER, live) is done


def test_an_ingress_is_ready_with_an_address() -> None:
    assert not is_ready(INGRESS, {"status": {"loadBalancer": {}}})
    assert not is_ready(INGRESS, {})
    assert is_ready(INGRESS, {"status": {"loadBalancer": {"ingress": [{"hostname": "x.elb.amazonaws.com"}]}}})


def manifest(kind: str, version: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}


def test_the_deadline_is_the_manifests_own() -> None:
    said = readiness.readiness(manifest("Deployment", "apps/v1", progressDeadlineSeconds=45))
    unsaid = readiness.readiness(manifest("Deployment", "apps/v1"))
    assert said is not None
    assert unsaid is not None
    assert (said.deadline, unsaid.deadline) == (45 + readiness.OVERTIME, 600 + readiness.OVERTIME)


@pytest.mark.parametrize(("kind", "version"), [("CronJob", "batch/v1"), ("Service", "v1"), ("Ingress", "other/v1")])
def test_what_is_there_at_once_is_not_waited_for(kind: str, version: str) -> None:
    assert readiness.readiness(manifest(kind, version)) is None


def node(*, ready: str = "True", **spec: Any) -> dict[str, Any]:
    return {"spec": spec, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


@pytest.mark.parametrize(
    ("nodes", "pools", "vain"),
    [
        ([], error(NO_KIND), True),
        ([], {"items": []}, True),
        ([], {"items": [{}]}, False),
        ([], error(FORBIDDEN), False),
        ([node()], error(NO_KIND), False),
        ([node(unschedulable=True), node(ready="Unknown")], error(NO_KIND), True),
    ],
    ids=["none", "no pool", "made on demand", "not allowed", "one", "none that takes pods"],
)
def test_pods_can_come_up_where_a_node_takes_them_or_is_made_for_them(nodes: Any, pools: Any, *, vain: bool) -> None:
    answers = {"Node": {"items": nodes}, "NodePool": pools}
    assert feed(is_pointless(NO_NODE), {"list": lambda call: answers[call.parameters["kind"]]}) is vain


def pointless(**spec: Any) -> Pointless | None:
    found = readiness.readiness(manifest("Ingress", "networking.k8s.io/v1", **spec))
    assert found is not None
    return found.pointless


def ingress_class(name: str, **annotations: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": annotations}}


DEFAULT = {"ingressclass.kubernetes.io/is-default-class": "true"}


@pytest.mark.parametrize(
    ("spec", "classes", "vain"),
    [
        ({"ingressClassName": "nginx"}, {"items": [ingress_class("nginx")]}, False),
        ({"ingressClassName": "nginx"}, {"items": [ingress_class("alb", **DEFAULT)]}, True),
        ({"ingressClassName": "nginx"}, error(FORBIDDEN), False),
        ({}, {"items": [ingress_class("nginx")]}, True),
        ({}, {"items": [ingress_class("nginx", **DEFAULT)]}, False),
    ],
)
def test_an_ingress_gets_an_address_where_its_class_is(spec: Any, classes: Any, *, vain: bool) -> None:
    assert feed(is_pointless(pointless(**spec)), {"list": classes}) is vain


def test_an_ingress_with_a_class_in_the_old_annotation_is_waited_for() -> None:
    old = {
        **manifest("Ingress", "networking.k8s.io/v1"),
        "metadata": {"annotations": {readiness.CLASS_ANNOTATION: "n"}},
    }
    found = readiness.readiness(old)
    assert found is not None
    assert found.pointless is None


@pytest.mark.parametrize(
    ("answer", "vain"),
    [
        ({"items": []}, True),
        (GONE, True),
        ({"items": [{"status": {"availableReplicas": 1}}]}, False),
        ({"items": [{"status": {}}]}, True),
    ],
)
def test_an_issuer_becomes_ready_where_cert_manager_is(answer: Any, *, vain: bool) -> None:
    assert feed(is_pointless(ISSUER.pointless), {"list": answer}) is vain
