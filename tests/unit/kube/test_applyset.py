"""The ApplySet and its members as data: the id, what is listed, which names were generated, what still names them."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import GONE, Call
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key
from tasktool_infra.kube.applyset import ID, KINDS, NAMESPACES, TOOLING, ApplySet, group_kind
from tasktool_infra.kube.leftovers import stem, texts_in_use
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.members import Members
from tasktool_infra.values.frozen import freeze

PARENT = ApplySet(namespace="prod", name="task-tool", kinds=frozenset({"Service", "ConfigMap"}))


def test_the_id_is_that_of_the_convention() -> None:
    # printf 'task-tool.prod.ConfigMap.' | openssl dgst -sha256 -binary | basenc --base64url
    assert PARENT.id == "applyset-fPaGRA6gOSPsD1iUKC01DaBYI56kyYKC6RtoMGk9u7U-v1"
    assert PARENT.marked(Owner("task-tool", "prod")).labels[ID] == PARENT.id


def test_the_lists_are_sorted_and_only_what_is_needed() -> None:
    annotations = PARENT.metadata()["annotations"]
    assert annotations == {TOOLING: "tasktool-infra/v1", KINDS: "ConfigMap,Service"}
    wider = PARENT.widened({"Deployment.apps"}, {"prod", "other"})
    assert wider.metadata()["annotations"] == {
        TOOLING: "tasktool-infra/v1",
        KINDS: "ConfigMap,Deployment.apps,Service",
        NAMESPACES: "other",
    }


@pytest.mark.parametrize(
    ("api_version", "kind", "name"),
    [
        ("v1", "ConfigMap", "ConfigMap"),
        ("apps/v1", "Deployment", "Deployment.apps"),
        ("networking.k8s.io/v1", "Ingress", "Ingress.networking.k8s.io"),
    ],
)
def test_a_kind_as_the_annotation_names_it(api_version: str, kind: str, name: str) -> None:
    assert group_kind(api_version, kind) == name


def test_an_apply_keeps_what_is_listed_already() -> None:
    live = evolve(
        PARENT, kinds=frozenset({"Service"}), listed_kinds=frozenset({"Service", "Ingress.networking.k8s.io"})
    )
    [apply] = PARENT.converge(live)
    assert isinstance(apply, Call)
    annotations = apply.parameters["manifest"]["metadata"]["annotations"]
    assert annotations[KINDS] == "ConfigMap,Ingress.networking.k8s.io,Service"


def test_a_set_of_another_tool_is_refused_and_one_of_a_later_version_is_not() -> None:
    [refusal] = PARENT.refuses(evolve(PARENT, tooling="kubectl/v1.36"))
    assert refusal.reason == "it is an ApplySet of kubectl/v1.36"
    assert list(PARENT.refuses(evolve(PARENT, tooling="tasktool-infra/v2"))) == []


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("config_map", "prod/settings-2456789bcd", "prod/settings"),
        ("secret", "prod/web-keys-ghkmtbcdf2", "prod/web-keys"),
        ("config_map", "prod/settings", None),
        ("config_map", "prod/settings-2456789bc", None),
        ("config_map", "prod/settings-0123456789", None),
        ("service", "prod/settings-2456789bcd", None),
    ],
)
def test_generated_names(kind: str, name: str, found: str | None) -> None:
    assert stem(Key(kind, name)) == (Key(kind, found) if found else None)


def used(*objects: dict[str, Any], denied: bool = False) -> frozenset[str] | None:
    """Give what is in use when the first kind that is asked for has some objects."""
    reading = texts_in_use({"prod"})
    calls = reading.send(None)
    assert isinstance(calls, tuple)
    assert {call.parameters["namespace"] for call in calls} == {"prod"}
    answers: list[Any] = [{"items": list(objects)}, *(GONE for _ in calls[1:])]
    answers[-1] = calls[-1].expects["Forbidden"] if denied else answers[-1]
    with pytest.raises(StopIteration) as stop:
        reading.send(tuple(answers))
    value: frozenset[str] | None = stop.value.value
    return value


def user(name: str, **status: Any) -> dict[str, Any]:
    volumes = [{"name": "v", "projected": {"sources": [{"configMap": {"name": name}}]}}]
    return {"metadata": {"name": "user"}, "spec": {"template": {"spec": {"volumes": volumes}}}, "status": status}


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        ({}, True),
        ({"conditions": [{"type": "Suspended", "status": "True"}]}, True),
        ({"conditions": [{"type": "Complete", "status": "True"}]}, False),
        ({"conditions": [{"type": "Failed", "status": "True"}]}, False),
        ({"conditions": [{"type": "Failed", "status": "False"}]}, True),
        ({"phase": "Running"}, True),
        ({"phase": "Succeeded"}, False),
    ],
)
def test_what_has_ended_keeps_nothing(status: dict[str, Any], *, kept: bool) -> None:
    found = used(user("settings-2456789bcd", **status))
    assert found is not None
    assert ("settings-2456789bcd" in found) is kept


def test_who_may_not_look_takes_everything_for_used() -> None:
    assert used(user("x"), denied=True) is None


def found_by(finder: Members, parent: Any, *lists: list[dict[str, Any]]) -> tuple[list[tuple[str, ...]], list[Any]]:
    """Feed a finder; gives the kinds of each batch that it asked for, and what it found."""
    reading, answers, batches = finder.find(), list(lists), []
    asked = reading.send(None)
    while True:
        assert isinstance(asked, tuple)
        batches.append(tuple(call.parameters["kind"] for call in asked))
        given = [parent if call.operation == "get" else {"items": answers.pop(0) if answers else []} for call in asked]
        try:
            asked = reading.send(tuple(given))
        except StopIteration as stop:
            return batches, list(stop.value)


def listed_as(*kinds: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {KINDS: ",".join(kinds)}}}


def finder(*wanted: Manifest) -> Members:
    return Members(key=Key("members", "x"), layer="app", apply_set=PARENT, wanted=wanted)


def test_kinds_that_only_the_live_set_lists_are_asked_for_too() -> None:
    batches, strays = found_by(finder(), listed_as("ConfigMap", "Service", "Deployment.apps", "Odd.example.com"))
    assert batches == [("ConfigMap", "ConfigMap", "Service"), ("Deployment",)]
    [narrowing] = strays
    assert narrowing.leftover
    assert narrowing.live.surplus == {"Deployment.apps"}
    assert narrowing.live.narrow.kinds == {"ConfigMap", "Service", "Odd.example.com"}


def test_all_is_asked_in_one_batch_where_nothing_has_left() -> None:
    assert found_by(finder(), GONE) == ([("ConfigMap", "ConfigMap", "Service")], [])


def test_namespaces_are_never_looked_for() -> None:
    batches, strays = found_by(finder(), listed_as("ConfigMap", "Namespace", "Service"))
    assert "Namespace" not in {kind for batch in batches for kind in batch}
    assert strays == []


def test_an_old_generation_that_nobody_names_is_a_leftover() -> None:
    metadata = {"namespace": "prod", "name": "settings-fghkmt2456"}
    wanted = Manifest(body=freeze({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}))
    old = {"metadata": {**metadata, "name": "settings-2456789bcd", "uid": "1", "labels": {}}}
    other = {"metadata": {**metadata, "name": "other", "uid": "2", "labels": {}}}
    _, strays = found_by(finder(wanted), GONE, [old, other])
    assert {(stray.live.name, stray.leftover) for stray in strays} == {("settings-2456789bcd", True), ("other", False)}
