"""What an apply would change, and what is ours."""

from typing import Any

from tasktool_infra.kube.drift import Drift, drift
from tasktool_infra.kube.managed import owned

LIVE = {
    "kind": "ServiceAccount",
    "metadata": {"name": "a", "uid": "1", "resourceVersion": "5", "labels": {"x": "1", "y": "2"}},
    "spec": {"ports": [{"port": 80}, {"port": 81}], "list": [1, 2]},
    "status": {"ready": True},
}


def changed(**more: Any) -> dict[str, Any]:
    return {**LIVE, **more}


def test_what_the_server_keeps_for_itself_does_not_count() -> None:
    metadata = {**LIVE["metadata"], "resourceVersion": "6", "generation": 2, "managedFields": [{}]}  # type: ignore[dict-item]
    assert drift(LIVE, changed(metadata=metadata, status={"ready": False})).entries == ()


def test_each_path_that_differs_is_named_with_both_values() -> None:
    spec = {"ports": [{"port": 80}, {"port": 82}], "list": [1]}
    assert drift(LIVE, changed(spec=spec)).entries == ((".spec.list", (1, 2), (1,)), (".spec.ports[1].port", 81, 82))


def test_what_is_new_and_what_goes_has_one_value_only() -> None:
    labels = {"x": "1", "z": "3"}
    found = drift(LIVE, changed(metadata={**LIVE["metadata"], "labels": labels}))  # type: ignore[dict-item]
    assert found.entries == ((".metadata.labels.y", "2", None), (".metadata.labels.z", None, "3"))
    assert found.without((".metadata.labels",)) == Drift()
    assert list(Drift().differences(found)) == list(found.entries)
    assert list(Drift().differences(None)) == []


def test_ours_is_what_our_apply_owns() -> None:
    def entry(manager: str, operation: str = "Apply", **more: str) -> dict[str, Any]:
        return {"manager": manager, "operation": operation, "fieldsV1": {"f:of": {manager + operation: {}}}, **more}

    fields = [entry("kubectl"), entry("us", "Update"), entry("us", subresource="status"), entry("us")]
    assert owned({"metadata": {"managedFields": fields}}, "us") == {"f:of": {"usApply": {}}}
    assert owned({"metadata": {"managedFields": fields[:3]}}, "us") is None
    assert owned({}, "us") is None
