"""What has moved between two plans: whatever would be done otherwise, and no words on the way."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings

from tasktool_infra.engine.calls import Call, Wait, write
from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.plan_json import from_json, to_json
from tasktool_infra.engine.plan_moved import moved
from tasktool_infra.engine.resource import Key
from tests.faults.runs import plan_of
from tests.unit.engine.test_plan_json import PLANS

BALL = Change(
    key=Key("toy", "ball"),
    layer="toys",
    action=Action.UPDATE,
    fields=(FieldChange("colour", "grey", "red"), FieldChange("size", 1, 2)),
    steps=(write("toys", "paint", {"name": "ball", "coats": 1}, "paint it"), Wait(Call("toys", "get"))),
)
PLAN = plan_of([BALL])


@settings(deadline=None, max_examples=50)
@given(PLANS)
def test_a_plan_has_not_moved_by_being_saved(plan: Any) -> None:
    assert moved(from_json(to_json(plan)), plan) == ()


@pytest.mark.parametrize(
    "words",
    [
        {"reason": "because"},
        {"remarks": ("by the way",)},
        {"kept": ("tag a",)},
        {"steps": (*BALL.steps, Wait(Call("toys", "look")))},
    ],
)
def test_words_and_waits_do_not_count(words: dict[str, Any]) -> None:
    assert moved(PLAN, evolve(PLAN, changes=(evolve(BALL, **words),), notes=("a note",), caller="somebody else")) == ()


def test_what_is_left_alone_may_be_in_a_plan_or_not() -> None:
    idle = Change(key=Key("toy", "idle"), layer="toys", action=Action.NONE, reason="already gone")
    assert moved(PLAN, plan_of([BALL, idle])) == moved(plan_of([BALL, idle]), PLAN) == ()


def test_a_plan_and_a_provision_are_the_same_and_a_teardown_is_another() -> None:
    assert moved(evolve(PLAN, command="plan"), PLAN) == ()
    assert moved(PLAN, evolve(PLAN, command="teardown")) == ("command: planned for provision, now teardown",)


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (plan_of([]), "toy.ball: planned update, now no change"),
        (
            plan_of([evolve(BALL, action=Action.REFUSE, fields=(), steps=(), reason="it is another's")]),
            "toy.ball: planned update, now refuse (it is another's)",
        ),
        (plan_of([evolve(BALL, adopts=True)]), "toy.ball: planned update, now update (adopt)"),
        (
            plan_of([evolve(BALL, fields=(BALL.fields[1], FieldChange("colour", "blue", "red")))]),
            'toy.ball: colour: planned "grey" → "red", now "blue" → "red"',
        ),
        (
            plan_of([evolve(BALL, fields=(BALL.fields[0], FieldChange("size", True, 2)))]),
            "toy.ball: size: planned 1 → 2, now true → 2",
        ),
        (plan_of([evolve(BALL, fields=BALL.fields[:1])]), "toy.ball: size: planned 1 → 2, now no change"),
        (
            plan_of([evolve(BALL, steps=(write("toys", "drop", {}, "drop it"),))]),
            "toy.ball: planned to paint it; now to drop it",
        ),
        (
            plan_of([evolve(BALL, steps=(write("toys", "paint", {"name": "ball", "coats": 1.0}, "paint it"),))]),
            "toy.ball: planned to paint it; now to paint it, with another content",
        ),
        (
            plan_of([BALL, Change(key=Key("toy", "new"), layer="toys", action=Action.DELETE)]),
            "toy.new: planned no change, now delete",
        ),
        (evolve(PLAN, target={"place": "there"}), "place: planned for here, now there"),
        (evolve(PLAN, target={"place": "here", "cluster": "x"}), "cluster: planned for none, now x"),
        (evolve(PLAN, version="2"), "version of tasktool: planned for 1, now 2"),
        (evolve(PLAN, environment="prod"), "environment: planned for test, now prod"),
    ],
)
def test_all_else_is_told_exactly(now: Any, line: str) -> None:
    assert moved(PLAN, now) == (line,)
    assert len(moved(now, PLAN)) == 1


def made(image: str, password: str) -> Any:
    env = [{"name": "TZ", "value": "UTC"}, {"name": "DB_PASSWORD", "value": password}]
    template = {"spec": {"containers": [{"image": image, "env": env}], "restartPolicy": "Always"}}
    fields = (FieldChange("spec.template", None, template), FieldChange("data[password]", None, password))
    return plan_of([evolve(BALL, action=Action.CREATE, fields=fields)])


def test_of_what_is_made_with_many_parts_those_are_told_that_have_moved_and_no_secret() -> None:
    lines = moved(made("web:1", "hunter2"), made("web:2", "hunter3"))
    hidden = 'planned "<-- value not shown (#1)", now "<-- value not shown (#2)"'
    assert lines == (
        'toy.ball: spec.template.spec.containers[0].image: planned "web:1", now "web:2"',
        f"toy.ball: spec.template.spec.containers[0].env[1].value: {hidden}",
        f"toy.ball: data[password]: {hidden}",
    )
