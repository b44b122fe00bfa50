"""How values of many parts read."""

from typing import Any

import pytest

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action
from tasktool_infra.report.fields import MOST, field_lines
from tasktool_infra.report.palette import plain
from tasktool_infra.report.plan_lines import plan_lines
from tasktool_infra.report.tree import tree
from tests.unit.report.plans import change, plan

PROBE = {"httpGet": {"path": "/health/liveness", "port": 3000}}
LINE = "{httpGet: {path: /health/liveness, port: 3000}}"
WEB = {"name": "web", "image": "1.dkr.ecr/web:1", "livenessProbe": PROBE, "readinessProbe": PROBE}
SIDE = {"name": "side", "image": "side:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}]}


def shown(value: Any) -> list[str]:
    return plain(tree("spec", value, 0)).splitlines()


def test_what_holds_things_is_a_tree_and_what_is_short_one_line() -> None:
    assert shown({"replicas": 3, "template": {"spec": {"containers": [WEB, SIDE], "volumes": []}}}) == [
        "spec:",
        "  replicas: 3",
        "  template.spec:",
        "    containers[web]:",
        "      image: 1.dkr.ecr/web:1",
        "      livenessProbe: {httpGet: {path: /health/liveness, port: 3000}}",
        "      readinessProbe: {httpGet: {path: /health/liveness, port: 3000}}",
        '    containers[side]: {image: side:1, env: {A: "1", B: ""}}',
        "    volumes: []",
    ]


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({}, ["spec: {}"]),
        ({"podSelector": {}}, ["spec: {podSelector: {}}"]),
        ([{"verbs": ["get", "list"]}], ["spec: [{verbs: [get, list]}]"]),
        ({"a": [{"name": "x"}, {"other": 1}]}, ["spec: {a: [{name: x}, {other: 1}]}"]),
        ({"only": {"one": [PROBE, PROBE, PROBE]}}, ["spec.only:", *(f"  one[{n}]: {LINE}" for n in range(3))]),
        ([{**PROBE, "x": PROBE}], ["spec[0]:", f"  httpGet: {LINE[10:-1]}", f"  x: {LINE}"]),
        ("a {\n  b\n\n}\n", ["spec:", "  a {", "    b", "  ", "  }"]),
    ],
)
def test_nothing_is_lost_in_a_tree(value: Any, lines: list[str]) -> None:
    assert shown(value) == lines


def test_of_a_long_text_the_beginning_is_shown_and_how_much_is_left() -> None:
    text = "".join(f"line {number}\n" for number in range(30))
    assert shown(text) == ["spec:", *(f"  line {number}" for number in range(8)), "  … (22 more lines)"]


def test_of_a_huge_object_the_beginning_is_shown_and_how_much_is_left() -> None:
    rules = {f"rule-{number}": {"a": "x" * 50, "b": {"c": "y" * 50}} for number in range(50)}
    lines = list(field_lines(change("network_policy.x", Action.CREATE, FieldChange("spec.rules", None, rules))))
    assert len(lines) == MOST + 1
    assert lines[-1].text == "      … (91 more lines: --output json has all of it)"


def test_what_all_new_ones_have_is_told_once() -> None:
    ours, set_ = FieldChange("labels[env]", None, "prod"), FieldChange("labels[set]", None, "s")
    new = [
        change("config_map.parent", Action.CREATE, ours, remarks=("not checked yet",)),
        *(
            change(f"config_map.{n}", Action.CREATE, ours, set_, FieldChange("labels[n]", None, n), remarks=(r, n))
            for n, r in (("a", "not checked yet"), ("b", "not checked yet"))
        ),
    ]
    old = change("config_map.old", Action.UPDATE, ours, set_, remarks=("not checked yet",))
    lines = plain(plan_lines(plan(*new, old))).splitlines()
    start = lines.index("AWS")
    assert lines[start + 1 : start + 16] == [
        "  on each new one: labels: env=prod",
        "  on each new one but config_map.parent: labels: set=s",
        "  each new one: not checked yet",
        "  + config_map.parent",
        "  + config_map.a",
        "      labels: n=a",
        "      a",
        "  + config_map.b",
        "      labels: n=b",
        "      b",
        "  ~ config_map.old",
        "      labels[env]: prod",
        "      labels[set]: s",
        "      not checked yet",
        "",
    ]
    few = plain(plan_lines(plan(*new[:2])))
    assert "each new one" not in few
    assert few.count("labels: env=prod") == 2
