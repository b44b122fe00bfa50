"""The contents of Secrets: values that nobody is shown from the manifest to the wire and back."""

import json
from typing import Any

from tasktool_infra.engine.calls import GONE, Call
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Change
from tasktool_infra.engine.plan_json import from_json, to_json
from tasktool_infra.engine.plan_moved import moved
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.secrets import guarded, without_secrets
from tasktool_infra.kube.transport import MANAGER
from tasktool_infra.report.values import short
from tasktool_infra.values.frozen import freeze
from tasktool_infra.values.secret import Secret
from tests.answers import feed
from tests.faults.runs import plan_of

OLD, NEW = "b2xkIHBhc3N3b3Jk", "bmV3IHBhc3N3b3Jk"


def secret(password: str, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"namespace": "prod", "name": "login", **metadata},
        "data": {"password": password},
    }


def change(wanted: str, live: str | None) -> Change:
    """Give what a plan does to a Secret that holds one password and is to hold another."""
    resource = Manifest(body=freeze(secret(wanted)))
    fields: dict[str, Any] = {"f:data": {"f:password": {}}, "f:metadata": {}}
    entry = {"manager": MANAGER, "operation": "Apply", "fieldsV1": fields}
    metadata = {"uid": "1", "labels": {"app.kubernetes.io/managed-by": MANAGER}, "managedFields": [entry]}

    def answer(call: Call) -> Any:
        if live is None:
            return GONE
        return guarded(secret(live if call.operation == "get" else wanted, **metadata))

    return Making().change(
        resource, feed(resource.read(), {"get": answer, "apply": answer, "contested": {"causes": []}})
    )


def test_lists_of_secrets_are_guarded_too() -> None:
    items = guarded({"kind": "SecretList", "items": [secret(OLD), {"metadata": {}}]})["items"]
    assert items[0]["data"] == {"password": Secret(OLD)}
    assert guarded({"kind": "List", "items": [secret(OLD)]})["items"][0]["data"] == {"password": Secret(OLD)}
    config = {"kind": "ConfigMap", "data": {"a": "b"}}
    assert guarded(config) == config


def test_a_plan_says_that_it_changes_and_not_what_it_is() -> None:
    drawn = plan_of([change(NEW, OLD)])
    (field,) = drawn.changes[0].fields
    assert field.path == "data.password"
    assert field.old != field.new
    told = [repr(drawn), short(field.old), short(field.new), to_json(drawn), str(moved(drawn, plan_of([])))]
    assert not [text for text in told if OLD in text or NEW in text]


def test_a_saved_plan_recognises_the_same_secret_and_no_other() -> None:
    for live in (None, OLD):
        saved = from_json(to_json(plan_of([change(NEW, live)])))
        assert moved(saved, plan_of([change(NEW, live)])) == ()
        assert len(moved(saved, plan_of([change("b3RoZXI=", live)]))) == 1
    assert to_json(plan_of([change(NEW, OLD)])) != to_json(plan_of([change(NEW, OLD)])), "the salt is another each time"


def test_what_a_server_quotes_of_a_secret_is_not_told() -> None:
    said = json.dumps({"message": f"data[password]: Invalid value: {NEW!r}"}).encode()
    sent = freeze({"manifest": guarded(secret(NEW))})
    assert without_secrets(said, sent) == b'{"message": "data[password]: Invalid value: \'(sensitive value)\'"}'
