"""What an apply would change, and what is ours."""

from typing import Any

import pytest

from tasktool_infra.kube.drift import Drift, drift, own_drift

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


def test_an_item_of_a_list_is_called_by_its_name() -> None:
    def pod(value: str, *, sidecar: str = "side") -> Any:
        web = {"name": "web", "env": [{"name": "LOG_LEVEL", "value": value}]}
        return {"metadata": {}, "spec": {"containers": [web, {"name": sidecar}], "args": ["a", value]}}

    paths = [path for path, *_ in drift(pod("info"), pod("debug")).entries]
    assert paths == [".spec.args[1]", ".spec.containers[web].env[LOG_LEVEL].value"]
    assert [path for path, *_ in drift(pod("a"), pod("a", sidecar="other")).entries] == [".spec.containers[1].name"]


def test_what_is_new_and_what_goes_has_one_value_only() -> None:
    labels = {"x": "1", "z": "3"}
    found = drift(LIVE, changed(metadata={**LIVE["metadata"], "labels": labels}))  # type: ignore[dict-item]
    assert found.entries == ((".metadata.labels.y", "2", None), (".metadata.labels.z", None, "3"))
    assert found.without((".metadata.labels",)) == Drift()
    assert list(Drift().differences(found)) == list(found.entries)
    assert list(Drift().differences(None)) == []


def entry(fields: Any) -> dict[str, Any]:
    return {"managedFields": [{"manager": "us", "operation": "Apply", "fieldsV1": fields}]}


OURS: Any = {"f:data": {"f:a": {}, "f:b": {}}, "f:list": {}}
BODY = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "n", "name": "a", "uid": "1"}}


@pytest.mark.parametrize(
    ("data", "wanted", "entries"),
    [
        ({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, ()),
        ({"a": "1", "b": "2", "theirs": "3"}, {"a": "1", "b": "2"}, ()),
        ({"a": "9", "b": "2"}, {"a": "1", "b": "2"}, ((".data.a", "9", "1"),)),
        ({"a": "1", "b": "2"}, {"a": "1"}, ((".data.b", "2", None),)),
        # Equal already, whoever owns it; and a value that is somebody else's now.
        ({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2", "c": "3"}, ()),
        ({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2", "c": "4"}, ((".data.c", "3", "4"),)),
        ({"a": "1"}, {"a": "1", "b": None}, ()),
    ],
)
def test_without_the_servers_word_what_we_own_is_compared(data: Any, wanted: Any, entries: Any) -> None:
    live = {**BODY, "data": data, "metadata": {**BODY["metadata"], **entry(OURS)}}  # type: ignore[dict-item]
    assert own_drift(live, {**BODY, "data": wanted}, "us").entries == entries


def test_amounts_are_compared_as_such_and_nothing_else_is() -> None:
    def amounts(cpu: Any, label: str) -> dict[str, Any]:
        return {**BODY, "spec": [{"resources": {"limits": {"cpu": cpu}}, "label": label}]}

    assert own_drift(amounts("500m", "1"), amounts(0.5, "1"), "us").entries == ()
    assert own_drift(amounts("500m", "1"), amounts("0.6", "1.0"), "us").entries == (
        (".spec[0].label", "1", "1.0"),
        (".spec[0].resources.limits.cpu", "500m", "0.6"),
    )
    assert len(own_drift(amounts("500m", "1"), amounts("odd", "1"), "us").entries) == 1
