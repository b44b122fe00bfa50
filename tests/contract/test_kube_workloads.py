"""Kinds that an overlay of one's own may bring, on the sandbox's API server and on a real one: made, kept, pruned."""

from itertools import count
from typing import Any

import pytest

from tasktool_infra.engine.plan import Action
from tests.contract.app import App, app_on, config
from tests.contract.bench import Bench
from tests.contract.clusters import CLUSTERS

NUMBERS = count(1)
LABELS = {"app": "web"}
POD = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "web", "image": "example.com/web:1"}]}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def body(api_version: str, kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}, "spec": spec}


def sets(image: str = "example.com/web:1") -> list[dict[str, Any]]:
    """Give a set of each kind."""
    template = {**POD, "spec": {"containers": [{"name": "web", "image": image}]}}
    selector = {"matchLabels": LABELS}
    return [
        body("apps/v1", "StatefulSet", selector=selector, template=template, serviceName="web", replicas=2),
        body("apps/v1", "DaemonSet", selector=selector, template=template),
    ]


BESIDE = [
    body("v1", "PersistentVolumeClaim", **CLAIM),
    body("networking.k8s.io/v1", "NetworkPolicy", podSelector={"matchLabels": LABELS}, egress=[{}]),
    body("policy/v1", "PodDisruptionBudget", selector={"matchLabels": LABELS}, maxUnavailable=1),
]


@pytest.fixture(params=CLUSTERS)
def app(request: pytest.FixtureRequest, clusters: dict[str, Bench]) -> App:
    return app_on(clusters[request.param], f"workloads-{next(NUMBERS)}")


def test_they_come_up_stay_and_go(app: App) -> None:
    plain = config("plain", a="1")
    assert app.run(plain, *sets(), *BESIDE).ok
    assert app.plan(plain, *sets(), *BESIDE).summary == "No changes."
    for plural, ready in (("statefulsets", "availableReplicas"), ("daemonsets", "numberAvailable")):
        [live] = app.bench.raw.get(f"/apis/apps/v1/namespaces/{app.host.name}/{plural}")["items"]
        assert live["status"][ready] == (2 if plural == "statefulsets" else 1)
    newer = sets("example.com/web:2")
    assert app.run(plain, *newer, *BESIDE).ok
    assert app.writes == ["apply", "apply"]
    assert app.plan(plain, *newer, *BESIDE).summary == "No changes."
    assert app.run(plain).ok
    assert app.names("statefulsets", "apps") == app.names("daemonsets", "apps") == []
    assert app.plan(plain).summary == "No changes."


def test_what_a_stateful_set_may_not_change_is_refused_in_the_plan(app: App) -> None:
    before, _ = sets()
    assert app.run(before).ok
    after = {**before, "spec": {**before["spec"], "podManagementPolicy": "Parallel"}}
    refused = [change for change in app.plan(after).changes if change.action is Action.REFUSE]
    assert [str(change.key) for change in refused] == [f"stateful_set.{app.host.name}/web"]
    assert "delete the object by hand" in refused[0].next_step
