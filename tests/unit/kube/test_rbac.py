"""The rights behind calls to Kubernetes, and what a caller without them is told."""

import json
from typing import Any

import pytest

from tasktool_infra.engine.calls import Call
from tasktool_infra.kube.rbac import Right, rights, way_out
from tasktool_infra.kube.retries import SERVICE

OBJECT = {"api_version": "apps/v1", "kind": "Deployment", "namespace": "prod", "name": "web"}
MANIFEST = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"}}
POD = {"namespace": "prod", "name": "web-1", "container": "web", "lines": 5}


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("get", OBJECT, [Right("get", "apps", "deployments", "prod", "web")]),
        ("delete", {**OBJECT, "uid": "1"}, [Right("delete", "apps", "deployments", "prod", "web")]),
        ("patch", {**OBJECT, "patch": []}, [Right("patch", "apps", "deployments", "prod", "web")]),
        (
            "list",
            {"api_version": "v1", "kind": "Event", "namespace": "prod"},
            [Right("list", "", "events", "prod")],
        ),
        ("list", {"api_version": "v1", "kind": "Node", "namespace": ""}, [Right("list", "", "nodes")]),
        ("log", POD, [Right("get", "", "pods/log", "prod", "web-1")]),
        (
            "apply",
            {"manifest": MANIFEST, "force": True},
            [Right("patch", "", "namespaces", "", "prod"), Right("create", "", "namespaces")],
        ),
        ("contested", {"manifest": MANIFEST}, [Right("patch", "", "namespaces", "", "prod")]),
    ],
)
def test_a_call_needs(operation: str, parameters: dict[str, Any], expected: list[Right]) -> None:
    assert rights(Call(SERVICE, operation, parameters)) == tuple(expected)


def test_who_is_forbidden_is_told_the_rule_and_where_it_belongs() -> None:
    told = way_out(Call(SERVICE, "get", OBJECT)).splitlines()
    assert "a Role in the namespace prod" in told[0]
    assert json.loads(told[1]) == {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}
    assert "ClusterRole" in way_out(Call(SERVICE, "apply", {"manifest": MANIFEST}))
