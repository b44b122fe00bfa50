"""Plans: their line, what they ask, and when two are equal."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import Call, Wait, write
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.engine.resource import Key
from tests.faults.runs import plan_of

PAINT = write("toys", "paint", {"name": "a", "colour": "red"}, "paint it")
DROP = write("toys", "drop", {"name": "a", "part": "x"}, "drop x", removes="part x")


def change(action: Action, name: str = "a", **fields: Any) -> Change:
    return Change(key=Key("toy", name), layer="toys", action=action, **fields)


def plan(*actions: Action) -> Plan:
    return plan_of(change(action, str(number)) for number, action in enumerate(actions))


@pytest.mark.parametrize(
    ("actions", "line"),
    [
        ((), "No changes."),
        ((Action.NONE, Action.NONE), "No changes."),
        ((Action.CREATE, Action.CREATE, Action.UPDATE, Action.NONE), "Plan: 2 to add, 1 to change, 0 to destroy"),
        ((Action.DELETE,), "Plan: 0 to add, 0 to change, 1 to destroy"),
        ((Action.REFUSE,), "Plan: 0 to add, 0 to change, 0 to destroy, 1 refused"),
        (
            (Action.CREATE, Action.UNKNOWN, Action.WAITING, Action.REFUSE, Action.WAITING),
            "Plan: 1 to add, 0 to change, 0 to destroy, 1 refused, 2 waiting, 1 unknown",
        ),
    ],
)
def test_the_line_counts_resources(actions: tuple[Action, ...], line: str) -> None:
    assert plan(*actions).summary == line


def test_what_forbids_every_write_and_what_is_to_be_done() -> None:
    drawn = plan(Action.REFUSE, Action.CREATE, Action.UNKNOWN, Action.WAITING)
    assert [blocked.key.identity for blocked in drawn.blocked] == ["0", "2"]
    assert drawn.changing
    assert not plan(Action.NONE, Action.REFUSE).changing
    assert drawn.actions == {"toy.0": "refuse", "toy.1": "create", "toy.2": "unknown", "toy.3": "waiting"}


def test_deletions_adoptions_and_what_others_lose_need_a_yes() -> None:
    asks = plan_of(
        [
            change(Action.CREATE, "a", steps=(PAINT,)),
            change(Action.UPDATE, "b", steps=(PAINT, DROP), adopts=True),
            change(Action.DELETE, "c", steps=(DROP,)),
        ]
    ).asks
    assert asks == ("adopt toy.b", "toy.b: remove part x", "delete toy.c, and with it part x")
    assert plan(Action.CREATE, Action.UPDATE, Action.NONE).asks == ()


def test_words_on_the_way_and_waits_do_not_count_for_equality() -> None:
    one = change(Action.UPDATE, steps=(PAINT,), reason="so", kept=("x",))
    wait = Wait(Call("toys", "get"), says="it to be dry")
    two = change(Action.UPDATE, steps=(wait, evolve(PAINT, says="colour it"), wait), reason="thus")
    assert plan_of([one]) == plan_of([two])


@pytest.mark.parametrize(
    "other",
    [
        change(Action.UPDATE, steps=(DROP,)),
        change(Action.UPDATE, steps=(PAINT, PAINT)),
        change(Action.CREATE, steps=(PAINT,)),
        change(Action.UPDATE, "b", steps=(PAINT,)),
        change(Action.UPDATE, steps=(PAINT,), adopts=True),
    ],
)
def test_actions_and_write_calls_count(other: Change) -> None:
    assert plan_of([change(Action.UPDATE, steps=(PAINT,))]) != plan_of([other])


def test_target_environment_and_version_count() -> None:
    drawn = plan(Action.CREATE)
    assert evolve(drawn, target={"place": "there"}) != drawn
    assert evolve(drawn, environment="prod") != drawn
    assert evolve(drawn, version="2") != drawn
    assert evolve(drawn, notes=("a note",)) == drawn
