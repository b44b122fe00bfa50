"""What is made of the server's answers about an object, as recorded from a real one."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import GONE, Call, Wait
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError, Barred, Problem, Refused
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Phase, Removal
from tasktool_infra.kube.judge import judge
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.values.frozen import freeze
from tests.answers import error, feed

OWNER = Owner("app", "test")
BODY = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"namespace": "n", "name": "a"},
    "spec": {"replicas": 1, "paused": False},
}
WANTED = Manifest(body=freeze(BODY)).marked(OWNER)
SCALER = {
    "metadata": {"name": "busy"},
    "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "a"}},
}
CANNOT = 'statefulsets.apps "a" is forbidden: User "dev" cannot patch resource "statefulsets" in the namespace "n"'


def entry(manager: str, fields: Any, operation: str = "Apply", **more: Any) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "apiVersion": "apps/v1", "fieldsV1": fields, **more}


SCALED = entry("kube-controller-manager", {"f:spec": {"f:replicas": {}}}, "Update", subresource="scale")


def live(*managers: Any, replicas: int = 1, labels: Any = None, **metadata: Any) -> dict[str, Any]:
    manifest = WANTED.manifest()
    more = {"uid": "u", "resourceVersion": "1", "managedFields": list(managers)}
    marks = manifest["metadata"]["labels"] if labels is None else labels
    described = {**manifest["metadata"], **more, "generation": 1, "labels": marks, **metadata}
    counts = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), replicas)
    spec = {**manifest["spec"], "replicas": replicas}
    return {**manifest, "metadata": described, "spec": spec, "status": {"observedGeneration": 1, **counts}}


OURS = entry("tasktool-infra", {"f:spec": {"f:replicas": {}, "f:paused": {}}})
LESS = entry("tasktool-infra", {"f:spec": {"f:paused": {}}})


def test_what_is_as_wanted_takes_two_calls() -> None:
    found = live(OURS)
    assert feed(WANTED.read(), {"get": found, "apply": found}) == WANTED


def test_replicas_of_an_autoscaler_are_no_part_of_the_apply() -> None:
    found = live(LESS, SCALED, replicas=5)

    def applied(call: Call) -> Any:
        return live(OURS) if "replicas" in call.parameters["manifest"]["spec"] else found

    seen = feed(WANTED.read(), {"get": found, "apply": applied, "list": {"items": [SCALER]}})
    assert seen is not None
    assert seen == WANTED
    assert seen.remarks == ("spec.replicas is left to HorizontalPodAutoscaler busy",)
    step, _ = WANTED.converge(evolve(seen, applied=False))
    assert isinstance(step, Call)
    assert "replicas" not in step.parameters["manifest"]["spec"]


@pytest.mark.parametrize(
    ("manager", "listed", "left_alone"),
    [
        ("kube-controller-manager", {"items": []}, False),
        (
            "kube-controller-manager",
            {"items": [{**SCALER, "spec": {"scaleTargetRef": {"kind": "X", "name": "a"}}}]},
            False,
        ),
        ("kubectl", {"items": [SCALER]}, True),
        ("kubectl", error("Forbidden"), False),
        ("kube-controller-manager", error("Forbidden"), True),
    ],
)
def test_whose_replicas_are_is_said_by_the_autoscalers_that_there_are(
    manager: str, listed: Any, *, left_alone: bool
) -> None:
    found = live(LESS, {**SCALED, "manager": manager}, replicas=5)

    def applied(call: Call) -> Any:
        return live(OURS) if "replicas" in call.parameters["manifest"]["spec"] else found

    answers = {"get": found, "apply": applied, "list": listed, "contested": {"causes": []}}
    assert (feed(WANTED.read(), answers) == WANTED) is left_alone


def test_conflicts_are_named_and_only_those_are_forced() -> None:
    found, causes = live(OURS, replicas=2), [{"field": ".spec.replicas", "message": 'conflict with "kubectl"'}]
    seen = feed(WANTED.read(), {"get": found, "apply": live(OURS), "contested": {"causes": causes}})
    change = Making().change(WANTED, seen)
    assert change.remarks == ('takes .spec.replicas over: conflict with "kubectl"',)
    assert change.steps[0].parameters["force"] is True  # type: ignore[union-attr]
    seen = feed(WANTED.read(), {"get": found, "apply": live(OURS), "contested": {"causes": []}})
    assert Making().change(WANTED, seen).steps[0].parameters["force"] is False  # type: ignore[union-attr]
    assert Making().change(WANTED, None).steps[0].parameters["force"] is False  # type: ignore[union-attr]


@pytest.mark.parametrize("code", ["Invalid", "Immutable", "RejectedByPolicy", "FieldNotDeclared"])
def test_what_the_server_will_not_take_is_refused_after_whose_it_is(code: str) -> None:
    answers: Any = {"get": live(OURS), "apply": error(code, "not like this")}
    change = Making().change(WANTED, feed(WANTED.read(), answers))
    assert (change.action, change.reason) == (Action.REFUSE, "not like this")
    strange = feed(WANTED.read(), {**answers, "get": live(OURS, labels={})})
    assert "does not carry our mark" in Making().change(WANTED, strange).reason
    with pytest.raises(Refused, match="not like this"):
        feed(WANTED.read(), {**answers, "get": error("NotFound")})


def test_one_that_is_going_is_waited_for_whatever_the_server_has_against_it() -> None:
    answers: Any = {"get": live(OURS, deletionTimestamp="now"), "apply": error("Immutable", "no")}
    change = Making().change(WANTED, feed(WANTED.read(), answers))
    assert change.action is Action.UPDATE
    assert [type(step) for step in change.steps] == [Wait, Call, Wait]


def test_without_the_right_to_patch_our_fields_are_compared() -> None:
    answers: Any = {"get": live(OURS), "apply": error("Forbidden", CANNOT)}
    same = feed(WANTED.read(), answers)
    assert same == WANTED
    assert same.remarks == (f"compared by the fields that we own only: {CANNOT}",)
    other = feed(WANTED.read(), {**answers, "get": live(OURS, replicas=4)})
    change = Making().change(WANTED, other)
    assert (change.action, change.problem) == (Action.REFUSE, Problem.DENIED.name)
    assert change.reason == f"spec.replicas is 4, wanted 1; {CANNOT}"
    assert other is not None
    looked_at = Making(looking=True).change(WANTED, other)
    assert (looked_at.action, looked_at.remarks) == (Action.UPDATE, other.remarks)
    with pytest.raises(Barred, match="cannot patch"):
        feed(WANTED.read(), {**answers, "get": error("NotFound")})


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ApiError, match="exceeded quota"):
        feed(WANTED.read(), {"get": live(OURS), "apply": error("Forbidden", "exceeded quota: q")})
    with pytest.raises(Refused, match="the cluster does not know the kind StatefulSet") as raised:
        feed(WANTED.read(), {"get": error("KindNotFound"), "apply": error("KindNotFound")})
    assert "Install what brings the kinds of apps" in raised.value.next_step


@pytest.mark.parametrize("code", ["NamespaceTerminating", "Conflict", "NotFound", "NamespaceNotFound"])
def test_what_goes_in_between_is_seen_as_not_applied(code: str) -> None:
    seen = feed(judge(BODY, whole=True), {"get": live(OURS), "apply": error(code)})
    assert seen is not None
    assert not seen.applied


def test_a_removal_needs_neither_the_right_to_apply_nor_a_kind_that_is_served() -> None:
    goal = Removing(removal=Removal())
    assert goal.change(WANTED, feed(WANTED.examine(), {"get": live(OURS)})).action is Action.DELETE
    assert feed(WANTED.examine(), {"get": error("KindNotFound")}) is None
    assert feed(WANTED.examine(), {"get": GONE}) is None
    going = feed(WANTED.examine(), {"get": live(OURS, deletionTimestamp="now")})
    assert going is not None
    assert going.settled is Phase.DELETING
