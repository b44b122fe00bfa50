"""Reads that were made already: whoever asks again is given the same, and nothing is asked twice."""

from typing import Any

import pytest

from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading, write
from tasktool_infra.engine.driver import Failure, Success, Task
from tasktool_infra.engine.errors import ApiError
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play

BALL = Call("toys", "get", {"name": "ball"})
ABSENT = Call("toys", "get", {"name": "none"}, expects={"NoSuchToy": GONE})


def reading(*calls: Call) -> Reading[Any]:
    return (yield calls)


def play_of(*faults: Fault) -> tuple[Play, Script]:
    script = Script(list(faults))
    play = Play(hook=script)
    play.world.toys["ball"] = {"colour": "red", "ready": 0}
    return play, script


def test_what_was_read_is_not_read_again_together_or_later() -> None:
    play, script = play_of()
    with play.driver() as driver:
        driver.remember()
        outcomes = driver.run({name: Task(reading(BALL, ABSENT)) for name in "ab"})
        play.world.toys["ball"] = {"colour": "blue", "ready": 0}
        again = driver.ask(reading(BALL, ABSENT))
    assert [outcome.value for outcome in outcomes.values() if isinstance(outcome, Success)] == [again, again]
    assert [(answer if answer is GONE else answer["colour"]) for answer in again] == ["red", GONE]
    assert len(script.named("get")) == 2


def test_without_being_told_so_nothing_is_remembered() -> None:
    play, script = play_of()
    with play.driver() as driver:
        driver.ask(reading(BALL, BALL))
        driver.ask(reading(BALL))
    assert len(script.named("get")) == 3


def test_what_an_error_means_is_a_matter_of_who_asks() -> None:
    play, script = play_of()
    other = Meaning("nothing of that name")
    with play.driver() as driver:
        driver.remember()
        assert driver.ask(reading(ABSENT)) == (GONE,)
        assert driver.ask(reading(Call("toys", "get", {"name": "none"}, expects={"NoSuchToy": other}))) == (other,)
        with pytest.raises(ApiError, match="NoSuchToy"):
            driver.ask(reading(Call("toys", "get", {"name": "none"})))
    assert len(script.named("get")) == 3


def test_an_error_is_not_remembered_and_whoever_waited_asks_by_itself() -> None:
    play, script = play_of(Fault("get", lambda: api_error("Odd", 400)))
    with play.driver() as driver:
        driver.remember()
        outcomes = driver.run({name: Task(reading(BALL)) for name in "ab"})
    assert [type(outcome) for outcome in outcomes.values()] == [Failure, Success]
    assert len(script.named("get")) == 2


def test_writes_are_never_answered_from_memory() -> None:
    play, script = play_of()
    paint = write("toys", "paint", {"name": "ball", "colour": "blue"}, "paint it")
    with play.driver() as driver:
        driver.remember()
        driver.ask(reading(paint, paint))
    assert len(script.named("paint")) == 2
