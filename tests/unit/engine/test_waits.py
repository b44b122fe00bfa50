"""Waits: a look at once, ever rarer looks, an end that says what was waited for."""

from itertools import pairwise
from typing import Any

from tasktool_infra.engine.decide import Removing
from tasktool_infra.engine.errors import DeadlinePassed, Problem, TasktoolError
from tasktool_infra.engine.events import Waiting
from tasktool_infra.engine.resource import Removal
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play
from tests.faults.world import toy

BALL = toy("ball", colour="")


def test_what_is_already_so_is_not_waited_for() -> None:
    play = Play()
    assert play.run(BALL).ok
    assert play.clock.now() == 1000
    assert play.told(Waiting) == []


def test_a_wait_looks_again_after_growing_pauses_and_tells_what_it_sees() -> None:
    play = Play()
    play.world.making = 45
    assert play.run(BALL).ok
    told = play.told(Waiting)
    assert {(event.what, event.seen) for event in told} == {("it to be ready", "MAKING")}
    pauses = [after.at - before.at for before, after in pairwise(told)]
    assert pauses[0] < 0.4
    assert max(pauses) < 5.001
    assert pauses[-1] > 4
    assert 45 <= play.clock.now() - 1000 < 51


def test_a_wait_that_takes_too_long_says_for_what_and_what_it_saw() -> None:
    play = Play()
    play.world.making = 1000
    error = play.run(BALL).failed[BALL.key]
    assert isinstance(error, DeadlinePassed)
    assert error.problem is Problem.UNFINISHED
    assert error.message.startswith("toy.ball: it to be ready: not after 6")
    assert error.message.endswith("last seen: MAKING")


def test_a_run_after_one_that_was_broken_off_waits_too() -> None:
    play = Play()
    play.world.making = 100
    assert not play.run(BALL).ok
    assert play.plan(BALL).actions == {"toy.ball": "update"}
    assert play.run(BALL).ok
    assert play.world.writes == ["create"]


def test_a_wait_ends_when_its_failure_is_seen() -> None:
    play = Play()
    play.world.making = 1000

    class Breaking(Script):
        def after(self, call: Any, answer: Any) -> Any:
            return {**answer, "status": "BROKEN"} if call.operation == "get" else answer

    play.hook = Breaking()
    error = play.run(BALL).failed[BALL.key]
    assert type(error) is TasktoolError
    assert error.message == "toy.ball: it to be ready: it ended as BROKEN"


def test_a_wait_does_not_take_absence_for_readiness() -> None:
    play = Play()
    play.world.lag = 3
    assert play.run(BALL).ok
    assert {event.seen for event in play.told(Waiting)} == {"gone"}


def test_a_throttled_look_of_a_wait_is_made_again() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("Throttled"), skip=1, times=2)]))
    play.world.making = 5
    assert play.run(BALL).ok


def test_a_wait_for_absence_ends_with_it() -> None:
    play = Play()
    play.run(BALL)
    play.clock.advance(100)
    play.world.lag = 7
    assert play.run(BALL, goal=Removing(removal=Removal())).ok
    assert {(event.what, event.seen) for event in play.told(Waiting)} == {("it to be gone", "still there")}


def test_a_wait_for_what_somebody_else_has_removed_ends_soon_and_says_so() -> None:
    play = Play()
    play.world.making = 300

    def remove(event: Any) -> None:
        if isinstance(event, Waiting) and event.seconds > 5:
            play.world.toys.clear()

    play.listener = remove
    error = play.run(BALL).failed[BALL.key]
    assert "it is not there; something else may have removed it" in str(error)
    assert play.clock.now() - 1000 < 90
