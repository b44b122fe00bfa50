"""Readings side by side: one batch a round, each its own answers, and one that fails spoils no other."""

from typing import Any

import pytest

from tasktool_infra.engine.calls import Call, Pause, Reading
from tasktool_infra.engine.errors import Interrupted, TasktoolError
from tasktool_infra.engine.together import side_by_side


def reading(name: str, rounds: int, *, fails: bool = False, pauses: bool = False) -> Reading[str]:
    told = []
    for number in range(rounds):
        if pauses:
            yield Pause(1.0)
        single = yield Call("toys", "get", {"name": f"{name}{number}"})
        pair = yield (Call("toys", "get", {"name": f"{name}a"}), Call("toys", "get", {"name": f"{name}b"}))
        told += [single, *pair]
    if fails:
        raise TasktoolError(f"{name} is broken")
    return " ".join(told)


def drive(generator: Reading[Any]) -> tuple[Any, list[int]]:
    """Answer each call with its name; give the result and how many calls went out in each round."""
    sizes: list[int] = []
    try:
        asked = next(generator)
        while True:
            if isinstance(asked, Pause):
                asked = generator.send(None)
                continue
            calls = (asked,) if isinstance(asked, Call) else asked
            sizes.append(len(calls))
            answers = tuple(call.parameters["name"] for call in calls)
            asked = generator.send(answers[0] if isinstance(asked, Call) else answers)
    except StopIteration as stop:
        return stop.value, sizes


def test_they_share_rounds_and_keep_their_answers_apart() -> None:
    result, sizes = drive(side_by_side([lambda: reading("x", 1), lambda: reading("y", 2), lambda: reading("z", 0)]))
    assert result == ["x0 xa xb", "y0 ya yb y1 ya yb", ""]
    assert sizes == [2, 4, 1, 2]


def test_nothing_is_nothing() -> None:
    assert drive(side_by_side([])) == ([], [])


def test_one_that_pauses_holds_the_round() -> None:
    result, _ = drive(side_by_side([lambda: reading("x", 1), lambda: reading("y", 1, pauses=True)]))
    assert result == ["x0 xa xb", "y0 ya yb"]


def test_one_that_fails_spoils_no_other() -> None:
    result, _ = drive(side_by_side([lambda: reading("x", 2), lambda: reading("y", 1, fails=True)]))
    assert result[0] == "x0 xa xb x1 xa xb"
    assert isinstance(result[1], TasktoolError)
    assert result[1].message == "y is broken"


def test_an_interrupt_ends_them() -> None:
    generator = side_by_side([lambda: reading("x", 1)])
    next(generator)
    with pytest.raises(Interrupted):
        generator.throw(Interrupted("Interrupted."))
