"""Server-side apply and ownership, through HTTP."""

from typing import Any

from tests.unit.sandbox.conftest import Client, eventually

Json = dict[str, Any]


def config_map(name: str = "a", labels: Json | None = None, **data: Any) -> Json:
    metadata = {"name": name} | ({"labels": labels} if labels else {})
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata} | ({"data": data} if data else {})


def owners(value: Json) -> dict[tuple[str, str], Json]:
    return {(entry["manager"], entry["operation"]): entry["fieldsV1"] for entry in value["metadata"]["managedFields"]}


def test_an_apply_creates_and_owns(client: Client, namespace: str) -> None:
    answer = client.apply(f"{namespace}/configmaps/a", config_map(labels={"x": "y"}, k="v"))
    assert answer.code == 201
    assert owners(answer.body) == {("us", "Apply"): {"f:data": {"f:k": {}}, "f:metadata": {"f:labels": {"f:x": {}}}}}
    entry = answer.body["metadata"]["managedFields"][0]
    assert (entry["apiVersion"], entry["fieldsType"]) == ("v1", "FieldsV1")
    assert {"uid", "resourceVersion", "creationTimestamp"} <= answer.body["metadata"].keys()


def test_an_unchanged_apply_changes_nothing(client: Client, namespace: str) -> None:
    first = client.apply(f"{namespace}/configmaps/a", config_map(k="v"))
    again = client.apply(f"{namespace}/configmaps/a", config_map(k="v"))
    assert (again.code, again.body) == (200, first.body)
    assert client.get(f"{namespace}/configmaps/a").body == first.body
    assert client.apply(f"{namespace}/configmaps/a", config_map(k="v"), dryRun="All").body == first.body


def test_yaml_is_a_body_too(client: Client, namespace: str) -> None:
    body = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {day: '2026-01-01'}}"
    assert client.apply(f"{namespace}/configmaps/a", body).body["data"] == {"day": "2026-01-01"}
    assert client.apply(f"{namespace}/configmaps/a", body.replace("'", "")).body["data"] == {"day": "2026-01-01"}


def test_a_manager_is_required(client: Client, namespace: str) -> None:
    answer = client.apply(f"{namespace}/configmaps/a", config_map(), manager="")
    assert (answer.code, answer.body["details"]["causes"][0]["field"]) == (422, "fieldManager")


def test_what_is_no_longer_applied_goes(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.apply(path, config_map(labels={"x": "y"}, a="1", b="2"))
    client.merge(path, {"data": {"c": "3"}})
    answer = client.apply(path, config_map(b="2"))
    assert answer.body["data"] == {"b": "2", "c": "3"}
    assert "labels" not in answer.body["metadata"]


def test_what_another_applies_too_stays(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.apply(path, config_map(a="1", b="2"))
    client.apply(path, config_map(b="2"), manager="other")
    answer = client.apply(path, config_map(a="1"))
    assert answer.body["data"] == {"a": "1", "b": "2"}
    assert owners(answer.body)["other", "Apply"] == {"f:data": {"f:b": {}}}


def test_a_write_takes_the_field_and_an_apply_conflicts(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.apply(path, config_map(a="1", b="2"))
    edited = client.merge(path, {"data": {"a": "other"}}, manager="kubectl-edit").body
    assert owners(edited) == {
        ("us", "Apply"): {"f:data": {"f:b": {}}},
        ("kubectl-edit", "Update"): {"f:data": {"f:a": {}}},
    }
    answer = client.apply(path, config_map(a="1", b="2"))
    assert (answer.code, answer.body["reason"]) == (409, "Conflict")
    cause = answer.body["details"]["causes"][0]
    assert (cause["reason"], cause["field"]) == ("FieldManagerConflict", ".data.a")
    assert cause["message"] == 'conflict with "kubectl-edit" using v1'
    assert answer.body["message"] == f"Apply failed with 1 conflict: {cause['message']}: .data.a"
    assert client.apply(path, config_map(a="1", b="2"), dryRun="All").code == 409
    assert client.get(path).body == edited


def test_force_takes_the_fields_back(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.apply(path, config_map(a="1"))
    client.merge(path, {"data": {"a": "2", "b": "2"}})
    answer = client.apply(path, config_map(a="1"), force="true")
    assert answer.body["data"] == {"a": "1", "b": "2"}
    assert owners(answer.body) == {
        ("us", "Apply"): {"f:data": {"f:a": {}}},
        ("them", "Update"): {"f:data": {"f:b": {}}},
    }


def test_several_conflicts_are_grouped_by_manager(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.apply(path, config_map(a="1", b="1"), manager="one")
    client.apply(path, config_map(c="1"), manager="two")
    message = client.apply(path, config_map(a="2", b="2", c="2")).body["message"]
    groups = 'conflicts with "one":\n- .data.a\n- .data.b\nconflicts with "two":\n- .data.c'
    assert message == f"Apply failed with 3 conflicts: {groups}"


def test_equal_values_are_shared_without_conflict(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.send("POST", f"{namespace}/configmaps", config_map(a="1"), agent="curl/8.0 (x)")
    answer = client.apply(path, config_map(a="1"))
    assert owners(answer.body) == {
        ("us", "Apply"): {"f:data": {"f:a": {}}},
        ("curl", "Update"): {"f:data": {".": {}, "f:a": {}}},
    }


def test_a_dry_run_writes_nothing(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    assert client.apply(path, config_map(a="1"), dryRun="All").code == 201
    assert client.get(path).code == 404
    client.apply(path, config_map(a="1"))
    before = client.get(path).body
    assert client.apply(path, config_map(a="2"), dryRun="All").body["data"] == {"a": "2"}
    assert client.merge(path, {"data": {"a": "3"}}, dryRun="All").body["data"] == {"a": "3"}
    assert client.send("DELETE", path, dryRun="All").code == 200
    assert client.get(path).body == before
    assert client.apply(path, config_map(), dryRun="Some").code == 422


def test_managed_fields_can_be_edited_and_reset(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    client.send("POST", f"{namespace}/configmaps", config_map(a="1"), fieldManager="kubectl-create")
    operations: list[Json] = [
        {"op": "replace", "path": "/metadata/managedFields/0/manager", "value": "us"},
        {"op": "replace", "path": "/metadata/managedFields/0/operation", "value": "Apply"},
    ]
    media = "application/json-patch+json"
    moved = client.send("PATCH", path, operations, media=media).body
    assert list(owners(moved)) == [("us", "Apply")]
    assert "data" not in client.apply(path, config_map()).body
    reset = [{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]
    client.apply(path, config_map(a="1"))
    assert "managedFields" not in client.send("PATCH", path, reset, media=media).body["metadata"]


def test_managed_fields_and_old_versions_are_refused(client: Client, namespace: str) -> None:
    path = f"{namespace}/configmaps/a"
    first = client.apply(path, config_map(a="1")).body
    assert client.apply(path, first).body["message"] == "metadata.managedFields must be nil"
    client.apply(path, config_map(a="2"))
    old = config_map(a="3") | {"metadata": {"name": "a", "resourceVersion": first["metadata"]["resourceVersion"]}}
    assert client.apply(path, old).code == 409
    assert client.apply(path, config_map(a="3") | {"metadata": {"name": "a", "uid": "other"}}).code == 422


def test_unknown_fields_are_500_without_a_reason(client: Client, namespace: str) -> None:
    answer = client.apply(f"{namespace}/configmaps/a", config_map() | {"spec": {}})
    assert answer.code == 500
    assert "reason" not in answer.body
    assert answer.body["message"].startswith("failed to create typed patch object (")
    assert answer.body["message"].endswith("): .spec: field not declared in schema")


def test_items_with_keys_are_owned_one_by_one(client: Client, namespace: str) -> None:
    path = f"{namespace.replace('/api/v1', '/apis/apps/v1')}/deployments/d"
    ours = deployment({"name": "a", "image": "a:1", "ports": [{"containerPort": 80}]})
    client.apply(path, ours)
    client.apply(path, deployment({"name": "b", "image": "b:1"}), manager="sidecars")
    answer = client.apply(path, deployment({"name": "a", "image": "a:2"}))
    containers = {item["name"]: item for item in answer.body["spec"]["template"]["spec"]["containers"]}
    assert (containers["a"]["image"], containers["b"]["image"]) == ("a:2", "b:1")
    assert "ports" not in containers["a"]
    gone = client.apply(path, deployment(), manager="sidecars")
    assert [item["name"] for item in gone.body["spec"]["template"]["spec"]["containers"]] == ["a"]


def test_generation_counts_what_is_wanted_only(client: Client, namespace: str) -> None:
    path = f"{namespace.replace('/api/v1', '/apis/apps/v1')}/deployments/d"
    client.apply(path, deployment({"name": "a", "image": "a:1"}))
    played = eventually(lambda: client.get(path).body.get("status", {}).get("availableReplicas") and client.get(path))
    assert played.body["metadata"]["generation"] == 1
    assert client.merge(path, {"metadata": {"labels": {"x": "y"}}}).body["metadata"]["generation"] == 1
    assert client.merge(path, {"spec": {"replicas": 4}}).body["metadata"]["generation"] == 2
    unchanged = client.apply(path, deployment({"name": "a", "image": "a:1"}), dryRun="All")
    assert unchanged.body["metadata"]["generation"] == 2


def test_the_scale_subresource_takes_the_replicas(client: Client, namespace: str) -> None:
    path = f"{namespace.replace('/api/v1', '/apis/apps/v1')}/deployments/d"
    client.apply(path, deployment({"name": "a", "image": "a:1"}, replicas=2))
    assert client.get(f"{path}/scale").body["spec"] == {"replicas": 2}
    scaled = client.merge(f"{path}/scale", {"spec": {"replicas": 5}}, manager="kubectl")
    assert scaled.body["spec"] == {"replicas": 5}
    answer = client.apply(path, deployment({"name": "a", "image": "a:1"}, replicas=2))
    assert answer.body["details"]["causes"][0]["field"] == ".spec.replicas"
    assert '"kubectl" with subresource "scale" using apps/v1:' in answer.body["message"]


def deployment(*containers: Json, replicas: int | None = None) -> Json:
    labels = {"app": "d"}
    template: Json = {"metadata": {"labels": labels}} | (
        {"spec": {"containers": list(containers)}} if containers else {}
    )
    spec: Json = {"selector": {"matchLabels": labels}, "template": template} | (
        {"replicas": replicas} if replicas else {}
    )
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}
