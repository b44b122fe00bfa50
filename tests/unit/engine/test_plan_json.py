"""Plans as files: whatever is written is read back equal, and nothing else is read."""

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktool_infra.aws.s3_emptying import EmptyBucket
from tasktool_infra.engine.calls import Call, Wait, write
from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.engine.plan_json import from_json, to_json
from tasktool_infra.engine.resource import Key
from tests.faults.runs import plan_of

WORDS = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | WORDS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))
PARAMETERS = st.dictionaries(WORDS, VALUES, max_size=3)
CALLS = st.builds(write, WORDS, WORDS, PARAMETERS, WORDS, removes=WORDS)
LOOKS = st.builds(Call, WORDS, WORDS, PARAMETERS)
WAITS = st.builds(Wait, LOOKS, WORDS, WORDS, WORDS, st.floats(0, 1e6), WORDS)
STEPS = CALLS | WAITS | st.builds(EmptyBucket, WORDS, WORDS)
FIELDS = st.builds(FieldChange, WORDS, VALUES, VALUES)
CHANGES = st.builds(
    Change,
    key=st.builds(Key, WORDS, WORDS),
    layer=WORDS,
    action=st.sampled_from(Action),
    fields=st.lists(FIELDS, max_size=2).map(tuple),
    steps=st.lists(STEPS, max_size=3).map(tuple),
    reason=WORDS,
    next_step=WORDS,
    adopts=st.booleans(),
    kept=st.lists(WORDS, max_size=2).map(tuple),
    problem=WORDS,
)
PLANS = st.builds(
    Plan,
    command=WORDS,
    environment=WORDS,
    version=WORDS,
    target=st.dictionaries(WORDS, WORDS, max_size=3),
    changes=st.lists(CHANGES, max_size=3).map(tuple),
    notes=st.lists(WORDS, max_size=2).map(tuple),
)
PLAN = plan_of(
    [
        Change(
            key=Key("toy", "a"),
            layer="toys",
            action=Action.UPDATE,
            fields=(FieldChange("colour", "grey", "red"),),
            steps=(write("toys", "paint", {"name": "a"}, "paint it"), Wait(Call("toys", "get"))),
        )
    ]
)


@settings(deadline=None)  # the first one makes the converter
@given(PLANS)
def test_a_plan_is_read_back_equal_and_written_the_same(plan: Plan) -> None:
    text = to_json(plan)
    back = from_json(text)
    assert back == plan
    assert to_json(back) == text


def altered(*path: Any, to: Any) -> str:
    document = json.loads(to_json(PLAN))
    place = document
    for part in path[:-1]:
        place = place[part]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(document)


CHANGE = ("plan", "changes", 0)
STEP = (*CHANGE, "steps", 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no plan",
        "null",
        "[]",
        "7",
        '"plan"',
        "{}",
        '{"format": 1}',
        '{"format": 1, "plan": []}',
        "[" * 100_000,
        to_json(PLAN)[:-20],
        altered("more", to="x"),
        altered("plan", "command", to=None),
        altered("plan", "command", to=7),
        altered("plan", "more", to="x"),
        altered("plan", "target", to=["x"]),
        altered("plan", "changes", to="x"),
        altered(*CHANGE, "action", to="explode"),
        altered(*CHANGE, "adopts", to="no"),
        altered(*CHANGE, "key", to="toy.a"),
        altered(*CHANGE, "steps", to={"step": "Call"}),
        altered(*STEP, "step", to="System"),
        altered(*STEP, "step", to=["Call"]),
        altered(*STEP, "service", to=5),
        altered(*STEP, "service", to=None),
        altered(*STEP, "parameters", to=5),
        altered(*STEP, "parameters", to=None),
        altered(*STEP, "writes", to="yes"),
        altered(*STEP, "expects", to={"x": "y"}),
        altered(*CHANGE, "steps", 1, "deadline", to="long"),
        altered(*CHANGE, "steps", 1, to="wait"),
    ],
)
def test_what_is_no_whole_plan_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="This is not a whole plan: ") as raised:
        from_json(text)
    assert len(str(raised.value)) < 500


def test_another_format_is_refused() -> None:
    with pytest.raises(Refused, match="format 2, this version reads format 1"):
        from_json(altered("format", to=2))


@settings(deadline=None)
@given(st.integers(min_value=0), st.characters())
def test_a_character_put_elsewhere_is_refused_or_changes_the_plan(at: int, what: str) -> None:
    text = to_json(PLAN)
    at %= len(text)
    damaged = text[:at] + what + text[at + 1 :]
    try:
        plan = from_json(damaged)
    except Refused:
        return
    assert json.loads(to_json(plan)) == json.loads(damaged)


def test_the_file_is_json_that_people_can_read() -> None:
    document = json.loads(to_json(evolve(PLAN, notes=("für alle",))))
    assert document["format"] == 1
    assert document["plan"]["changes"][0]["key"] == {"kind": "toy", "identity": "a"}
    assert "für alle" in to_json(evolve(PLAN, notes=("für alle",)))
