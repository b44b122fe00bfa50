"""What the plan tells of an object that is yet to be made."""

import json

from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.differences import changes
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Action
from tasktool_infra.kube.contents import contents
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.report.event_data import plan_data
from tasktool_infra.report.palette import plain
from tasktool_infra.report.plan_lines import plan_lines
from tasktool_infra.values.frozen import freeze
from tests.unit.report.plans import plan

OWNER = Owner("task-tool", "prod")
POD = {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}], "volumes": []}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "prod", "labels": {"app": "web"}, "annotations": {"a.b/c": "d"}},
    "spec": {"replicas": 3, "template": {"spec": POD}},
}
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "key", "namespace": "prod"},
    "type": "Opaque",
    "data": {"password": "aHVudGVyMg=="},
    "stringData": {"user": "hunter3"},
}


def test_a_new_object_is_told_section_by_section_and_nothing_of_it_twice() -> None:
    wanted = Manifest(body=freeze(DEPLOYMENT)).marked(OWNER)
    told = {each.path: each.new for each in changes(None, wanted)}
    assert all(each.old is None for each in changes(None, wanted))
    assert {path: value for path, value in told.items() if not path.startswith("labels[")} == {
        "metadata.labels[app]": "web",
        "metadata.annotations[a.b/c]": "d",
        "spec.replicas": 3,
        "spec.template": {"spec": POD},
    }
    assert told["labels[env]"] == "prod"


def test_what_stands_is_told_by_what_differs_alone() -> None:
    wanted = Manifest(body=freeze(DEPLOYMENT)).marked(OWNER)
    assert changes(wanted, wanted) == ()


def test_fields_of_the_kind_tell_of_what_they_hold() -> None:
    wanted = ServiceAccount(namespace="prod", name="web", role_arn="arn:aws:iam::1:role/R").marked(OWNER)
    assert {each.path for each in changes(None, wanted) if not each.path.startswith("labels[")} == {"role_arn"}


def test_whatever_an_object_holds_has_a_path() -> None:
    odd = {
        "apiVersion": "v1",
        "kind": "Odd",
        "metadata": {"name": "x", "finalizers": ["a/b"]},
        "data": {"a.conf": "b"},
        "spec": {},
        "immutable": True,
        "rules": [{"verbs": ["get"]}],
    }
    assert dict(contents(odd, ())) == {
        "metadata.finalizers": ["a/b"],
        "data[a.conf]": "b",
        "spec": {},
        "immutable": True,
        "rules": [{"verbs": ["get"]}],
    }


def test_of_a_secret_the_names_are_told_and_never_the_contents() -> None:
    change = Making().change(Manifest(body=freeze(SECRET)), None)
    assert change.action is Action.CREATE
    shown = plain(plan_lines(plan(change)))
    assert "      type: Opaque\n" in shown
    assert "      data: password=<-- value not shown (#1)\n" in shown
    assert "      stringData: user=<-- value not shown (#2)\n" in shown
    told = json.dumps(plan_data(plan(change)))
    assert "data[password]" in told
    for secret in ("hunter", "aHVudGVy"):
        assert secret not in shown + told + repr(change)
