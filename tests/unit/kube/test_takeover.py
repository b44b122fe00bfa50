"""What is taken over from kubectl, with the entries that a real API server had after kubectl's commands."""

import json
from typing import Any

import pytest

from tasktool_infra.kube.takeover import LAST_APPLIED, TakeOver, take_over

NOTE: Any = {"f:metadata": {"f:annotations": {".": {}, f"f:{LAST_APPLIED}": {}}}}
APPLIED = {"data": {"a": "1", "old": "1"}}


def entry(manager: str, operation: str = "Update", *fields: str, **more: Any) -> dict[str, Any]:
    data: Any = {"f:data": {f"f:{name}": {} for name in fields}} if fields else {}
    extra = more.pop("extra", {})
    return {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": {**data, **extra}, **more}


def config(*managers: Any, note: Any = None, data: Any = None) -> dict[str, Any]:
    annotations = {LAST_APPLIED: json.dumps(note) if not isinstance(note, str) else note} if note else {}
    metadata = {"resourceVersion": "7", "managedFields": list(managers), "annotations": annotations}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data or {"a": "1", "old": "1"}}


CLIENT_SIDE = entry("kubectl-client-side-apply", "Update", "a", "old", "default", extra=NOTE)
OURS = entry("us", "Apply", "a")


def taken(found: Any, *, whole: bool = True) -> TakeOver:
    merged = {**found, "metadata": {**found["metadata"]}}
    others = [each for each in found["metadata"]["managedFields"] if each["manager"] != "us"]
    merged["metadata"]["managedFields"] = [*others, OURS]
    result = take_over(found, merged, "us", whole=whole)
    assert result is not None
    return result


def managers(result: TakeOver) -> dict[str, Any]:
    return {each["manager"]: each["fieldsV1"] for each in result.patch[1]["value"]}


def test_all_that_kubectl_apply_wrote_becomes_ours_and_what_left_the_manifest_goes() -> None:
    live = {"a": "1", "old": "1", "default": "x"}
    result = taken(config(CLIENT_SIDE, note=APPLIED, data=live))
    assert managers(result) == {"us": {"f:data": {"f:a": {}, "f:old": {}, "f:default": {}}}}
    # What the server filled in is in no note of kubectl: it goes and comes again.
    assert result.going == ((".data.old", "1", None),)
    assert result.managers == ("kubectl-client-side-apply",)
    version, _, note = result.patch
    assert version == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert note == {"op": "remove", "path": f"/metadata/annotations/{LAST_APPLIED.replace('/', '~1')}"}


def test_what_the_server_fills_in_again_with_the_same_value_does_not_go() -> None:
    result = taken(config(CLIENT_SIDE, note=APPLIED))
    assert result.without({"data": {"a": "1", "old": "1"}}).going == ()
    for anew in ({"a": "1", "old": "2"}, {"a": "1"}):
        assert result.without({"data": anew}).going == ((".data.old", "1", None),)


def test_where_all_that_kubectl_wrote_is_in_the_manifest_nothing_goes() -> None:
    result = taken(config(entry("kubectl-client-side-apply", "Update", "a", extra=NOTE), note={"data": {"a": "1"}}))
    assert result.going == ()
    assert managers(result) == {"us": {"f:data": {"f:a": {}}}}


def test_what_a_server_side_apply_of_kubectl_wrote_becomes_ours_without_any_note() -> None:
    found = config(entry("kubectl", "Apply", "a", "old"), entry("controller", "Update", "x"))
    result = taken(found)
    assert managers(result) == {"us": {"f:data": {"f:a": {}, "f:old": {}}}, "controller": {"f:data": {"f:x": {}}}}
    assert (result.going, result.managers) == (((".data.old", "1", None),), ("kubectl",))
    assert managers(taken(found, whole=False))["kubectl"] == {"f:data": {"f:old": {}}}


def test_what_we_drop_and_kubectl_has_too_is_told_as_going() -> None:
    for theirs in (entry("kubectl", "Apply", "a", "old"), CLIENT_SIDE):
        result = taken(config(entry("us", "Apply", "a", "old"), theirs, note=APPLIED))
        assert result.going == ((".data.old", "1", None),)


def test_what_others_have_too_does_not_go() -> None:
    result = taken(config(CLIENT_SIDE, entry("controller", "Update", "old"), note=APPLIED))
    assert result.going == ()
    assert managers(result)["controller"] == {"f:data": {"f:old": {}}}


def test_of_what_was_set_by_hand_only_our_fields_are_taken() -> None:
    result = taken(config(entry("kubectl-edit", "Update", "a", "more"), entry("kubectl-label", "Update", "b")))
    assert managers(result) == {"kubectl-edit": {"f:data": {"f:more": {}}}, "kubectl-label": {"f:data": {"f:b": {}}}}
    assert (result.going, result.managers, len(result.patch)) == ((), ("kubectl-edit",), 2)


def test_a_manager_without_a_field_left_is_no_manager() -> None:
    assert managers(taken(config(entry("kubectl-set", "Update", "a")))) == {}


def test_a_manifest_of_a_part_takes_its_part_only() -> None:
    result = taken(config(CLIENT_SIDE, note=APPLIED), whole=False)
    assert result.going == ()
    assert managers(result) == {"kubectl-client-side-apply": {**NOTE, "f:data": {"f:old": {}, "f:default": {}}}}


@pytest.mark.parametrize(
    "found",
    [
        config(),
        config(entry("kubectl-edit", "Update", "more")),
        config(entry("controller", "Update", "a")),
        config(entry("flux", "Apply", "a")),
        config(entry("kubectl", "Update", "a", subresource="scale")),
        config(entry("kubectl-client-side-apply", "Update", "more"), note="no JSON"),
        config(entry("kubectl-client-side-apply", "Update", "more"), note="[]"),
        config(note=APPLIED),
    ],
)
def test_where_kubectl_has_nothing_of_ours_nothing_is_taken(found: Any) -> None:
    merged = {**found, "metadata": {**found["metadata"], "managedFields": [*found["metadata"]["managedFields"], OURS]}}
    assert take_over(found, merged, "us", whole=True) is None
