"""Fields, sets of them, and what is done with both."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktool_infra.sandbox.kubernetes import fields
from tasktool_infra.sandbox.kubernetes.paths import (
    Path,
    Paths,
    below,
    canonical,
    display,
    from_tree,
    to_tree,
    with_parents,
)
from tasktool_infra.sandbox.kubernetes.schema import SchemaError, check, prune, types, without_nulls

QUICK = settings(max_examples=40, deadline=None)
DEPLOYMENT = "#apps.v1.Deployment"
POD = "#core.v1.Pod"

names = st.text("abc/.", min_size=1, max_size=3)
elements = st.one_of(
    names.map("f:{}".format),
    names.map(lambda name: "v:" + canonical(name)),
    st.tuples(names, st.integers(0, 9)).map(lambda pair: "k:" + canonical({"name": pair[0], "port": pair[1]})),
)
paths = st.lists(elements, min_size=1, max_size=4).map(tuple)
sets = st.frozensets(paths, max_size=8)

Values = st.SearchStrategy[dict[str, Any]]
texts = st.dictionaries(names, names, min_size=1, max_size=3)
variables: Values = st.fixed_dictionaries({"name": names}, optional={"value": names})
containers: Values = st.fixed_dictionaries(
    {"name": names},
    optional={
        "image": names,
        "args": st.lists(names, min_size=1, max_size=2),
        "resources": st.fixed_dictionaries({"limits": texts}),
        "env": st.lists(variables, min_size=1, max_size=2, unique_by=lambda value: value["name"]),
    },
)
specs: Values = st.fixed_dictionaries(
    {"containers": st.lists(containers, min_size=1, max_size=3, unique_by=lambda value: value["name"])},
    optional={"nodeName": names},
)
metadata: Values = st.fixed_dictionaries(
    {"name": names}, optional={"labels": texts, "finalizers": st.lists(names, min_size=1, max_size=2, unique=True)}
)
pods: Values = st.fixed_dictionaries({"metadata": metadata}, optional={"spec": specs})


def path(*parts: str) -> Path:
    return tuple(part if ":" in part else "f:" + part for part in parts)


def lists_sorted(value: Any) -> Any:
    """For comparisons in which the order of items with keys does not count."""
    if isinstance(value, dict):
        return {name: lists_sorted(child) for name, child in value.items()}
    return sorted(map(lists_sorted, value), key=canonical) if isinstance(value, list) else value


@QUICK
@given(sets)
def test_a_set_survives_its_tree(members: Paths) -> None:
    assert from_tree(to_tree(members)) == members


@QUICK
@given(sets)
def test_parents_are_added_once_and_never_list_items(members: Paths) -> None:
    more = with_parents(members)
    assert members <= more == with_parents(more)
    assert all(added[-1].startswith("f:") for added in more - members)


@QUICK
@given(sets)
def test_every_member_is_below_itself(members: Paths) -> None:
    assert below(members, members) == members


def test_a_tree_is_as_the_real_server_writes_it() -> None:
    item = 'k:{"containerPort":80,"protocol":"TCP"}'
    members = frozenset({path("ports"), path("ports", item), path("ports", item, "name"), path("a")})
    assert to_tree(members) == {"f:a": {}, "f:ports": {".": {}, item: {".": {}, "f:name": {}}}}


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("metadata", "labels", "app.kubernetes.io/name"), ".metadata.labels.app.kubernetes.io/name"),
        (("spec", "containers", 'k:{"name":"a"}', "image"), '.spec.containers[name="a"].image'),
        (("ports", 'k:{"containerPort":80,"protocol":"TCP"}'), '.ports[containerPort=80,protocol="TCP"]'),
        (("metadata", "finalizers", 'v:"x/y"'), '.metadata.finalizers[="x/y"]'),
    ],
)
def test_paths_are_shown_as_in_the_servers_messages(parts: tuple[str, ...], text: str) -> None:
    assert display(path(*parts)) == text


def test_what_a_configuration_owns() -> None:
    ports = [{"containerPort": 80, "name": "http"}]
    config = {
        "metadata": {"labels": {"a": "b"}, "annotations": {}},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"spec": {"containers": [{"name": "c", "ports": ports, "args": ["x"], "env": []}]}},
        },
    }
    container = ("spec", "template", "spec", "containers", 'k:{"name":"c"}')
    port = (*container, "ports", 'k:{"containerPort":80,"protocol":"TCP"}')
    assert fields.owned(config, DEPLOYMENT) == {
        path("metadata", "labels", "a"),
        path("metadata", "annotations"),
        path("spec", "selector"),  # atomic
        path(*container),
        path(*container, "name"),
        path(*container, "args"),  # atomic
        path(*port),
        path(*port, "containerPort"),
        path(*port, "name"),
    }


def test_duplicate_items_are_refused() -> None:
    with pytest.raises(SchemaError, match="duplicate entries"):
        fields.owned({"spec": {"containers": [{"name": "a"}, {"name": "a"}]}}, POD)
    with pytest.raises(SchemaError, match="omits key field"):
        fields.owned({"spec": {"containers": [{"image": "a"}]}}, POD)


@QUICK
@given(pods)
def test_nothing_differs_from_itself(pod: Any) -> None:
    assert not fields.compare(pod, pod, POD)
    assert fields.merge(pod, pod, POD) == pod


@QUICK
@given(pods, pods)
def test_a_difference_is_the_same_from_the_other_side(left: Any, right: Any) -> None:
    there, back = fields.compare(left, right, POD), fields.compare(right, left, POD)
    assert there.modified == back.modified
    assert {item for item in there.removed if item[-1][0] != "f"} == {item for item in back.added if item[-1][0] != "f"}


@QUICK
@given(pods, pods)
def test_a_merge_holds_what_was_applied_and_loses_nothing(live: Any, config: Any) -> None:
    merged = fields.merge(live, config, POD)
    assert fields.owned(merged, POD) == fields.owned(live, POD) | fields.owned(config, POD)
    assert lists_sorted(fields.merge(merged, config, POD)) == lists_sorted(merged)


@QUICK
@given(pods)
def test_without_all_its_fields_nothing_is_left(pod: Any) -> None:
    assert fields.remove(pod, POD, to_tree(fields.owned(pod, POD))) is None


@QUICK
@given(pods, pods)
def test_removing_what_was_added_gives_the_old_value(live: Any, config: Any) -> None:
    merged = fields.merge(live, config, POD)
    changes = fields.compare(live, merged, POD)
    left = fields.remove(merged, POD, to_tree(changes.added))
    assert fields.compare(live, left, POD) == evolve(changes, added=frozenset())
    assert changes.modified or lists_sorted(left) == lists_sorted(live)


def test_items_that_only_the_live_list_has_stay_where_they_were() -> None:
    live = {"spec": {"containers": [{"name": name} for name in ("sidecar", "a", "b", "other")]}}
    config = {"spec": {"containers": [{"name": "b"}, {"name": "a", "image": "i"}, {"name": "new"}]}}
    merged = fields.merge(live, config, POD)["spec"]["containers"]
    assert [item["name"] for item in merged] == ["sidecar", "b", "other", "a", "new"]


def test_what_is_always_there_is_not_new_but_a_map_is() -> None:
    added = fields.compare(
        {}, {"spec": {"strategy": {"type": "x"}}, "metadata": {"labels": {"a": "b"}}}, DEPLOYMENT
    ).added
    wanted = (("spec", "strategy", "type"), ("metadata", "labels"), ("metadata", "labels", "a"))
    assert added == {path(*parts) for parts in wanted}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"spec": {"replica": 1}}, r"\.spec\.replica: field not declared in schema"),
        ({"spec": {"replicas": "1"}}, r"\.spec\.replicas: expected numeric \(int or float\), got string"),
        ({"spec": {"replicas": True}}, r"\.spec\.replicas: expected numeric"),
        ({"spec": []}, r"\.spec: expected map"),
        ({"spec": {"template": {"spec": {"containers": {}}}}}, "expected list"),
        ({"metadata": {"labels": {"a": 1}}}, r"\.metadata\.labels\.a: expected string, got &value.*Value:1}"),
    ],
)
def test_what_does_not_fit_is_named(value: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        check(value, DEPLOYMENT)


def test_unknown_fields_of_a_plain_write_are_left_out() -> None:
    value = {"spec": {"replicas": 1, "x": 1, "template": {"spec": {"containers": [{"name": "a", "y": 1}]}}}}
    kept, unknown = prune(value, DEPLOYMENT)
    assert unknown == ["spec.x", "spec.template.spec.containers[0].y"]
    assert "y" not in kept["spec"]["template"]["spec"]["containers"][0]
    assert without_nulls(kept) == {
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "a"}]}}},
    }


def test_every_type_that_is_mentioned_is_there() -> None:
    mentioned = {found for kind in types().values() for found in str(kind).split("'") if found[:1] in ("#", "@")}
    assert {name[1:] for name in mentioned} <= types().keys()
