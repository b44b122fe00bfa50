"""Sets of fields as managedFields has them, and what of an object they name."""

from typing import Any

import pytest

from tasktool_infra.kube.managed import leaves, overlap, owned, picked, union, without

WEB, KEY = 'k:{"name":"web"}', 'k:{"containerPort":80,"protocol":"TCP"}'
CONTAINER: Any = {".": {}, "f:image": {}, "f:name": {}, "f:ports": {KEY: {".": {}, "f:containerPort": {}}}}
ONE = {"f:spec": {"f:replicas": {}, "f:containers": {WEB: CONTAINER}}}
LIVE = {
    "spec": {
        "replicas": 3,
        "paused": True,
        "containers": [
            {"name": "side", "image": "side:1"},
            {"name": "web", "image": "web:1", "tty": True, "ports": [{"containerPort": 80, "protocol": "TCP"}]},
        ],
    }
}


def test_a_union_has_both() -> None:
    assert union(ONE, {"f:data": {}}) == {**ONE, "f:data": {}}
    assert union({"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}) == {"f:a": {"f:b": {}, "f:c": {}}}


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        (ONE, {}, ONE),
        (ONE, ONE, {}),
        ({"f:a": {}, "f:b": {}}, {"f:a": {}}, {"f:b": {}}),
        ({"f:a": {".": {}, "f:b": {}, "f:c": {}}}, {"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}),
        # Somebody else has something in it, so the thing itself stays.
        ({"f:a": {".": {}}}, {"f:a": {"f:b": {}}}, {}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:c": {}}, {"f:a": {".": {}, "f:b": {}}}),
        ({"f:a": {"f:b": {}}}, {"f:a": {}}, {}),
    ],
)
def test_what_is_left_without_the_fields_of_another(one: Any, other: Any, left: Any) -> None:
    assert without(one, other) == left


def test_an_overlap_is_of_fields_and_not_of_what_they_stand_in() -> None:
    assert overlap(ONE, {"f:spec": {"f:replicas": {}}})
    assert not overlap(ONE, {"f:spec": {"f:paused": {}}})
    assert not overlap({}, ONE)


def test_picked_is_what_a_set_names() -> None:
    web = {"image": "web:1", "name": "web", "ports": [{"containerPort": 80}]}
    assert picked(LIVE, ONE) == {"spec": {"replicas": 3, "containers": [web]}}
    assert picked(LIVE, {".": {}}) == {}
    assert picked({"finalizers": ["a", "b"]}, {"f:finalizers": {".": {}, 'v:"b"': {}}}) == {"finalizers": ["b"]}
    assert picked({"a": {"b": 1}}, {"f:a": {}}) == {"a": {"b": 1}}


def test_leaves_are_whole_things_with_their_paths() -> None:
    found = dict(leaves(LIVE, ONE))
    assert found == {".spec.replicas": 3, ".spec.containers[web]": LIVE["spec"]["containers"][1]}  # type: ignore[index]
    assert dict(leaves({"finalizers": ["a"]}, {"f:finalizers": {'v:"a"': {}}})) == {".finalizers[a]": "a"}
    assert dict(leaves(LIVE, {"f:status": {}})) == {}


def test_a_key_that_the_manifest_leaves_to_the_server_fits() -> None:
    assert list(leaves([{"containerPort": 80}], {KEY: {"f:containerPort": {}}})) == [
        ("[containerPort=80,protocol=TCP].containerPort", 80)
    ]


def test_ours_is_what_our_apply_owns() -> None:
    def entry(manager: str, operation: str = "Apply", **more: str) -> dict[str, Any]:
        return {"manager": manager, "operation": operation, "fieldsV1": {"f:of": {manager + operation: {}}}, **more}

    fields = [entry("kubectl"), entry("us", "Update"), entry("us", subresource="status"), entry("us")]
    assert owned({"metadata": {"managedFields": fields}}, "us") == {"f:of": {"usApply": {}}}
    assert owned({"metadata": {"managedFields": fields[:3]}}, "us") is None
    assert owned({}, "us") is None
