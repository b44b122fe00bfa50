"""What the driver tries again, how long, and which writes have an open outcome."""

from collections.abc import Callable
from typing import Any

import pytest

from tasktool_infra.engine.calls import GONE, Call, Reading, write
from tasktool_infra.engine.driver import Failure, Task
from tasktool_infra.engine.errors import ApiError, DeadlinePassed, OpenOutcome, Problem
from tasktool_infra.engine.events import Called, Retrying
from tests.faults.injection import Fault, Script, Throttles, api_error
from tests.faults.runs import Play
from tests.faults.world import toy

LOOK = Call("toys", "get", {"name": "a"}, expects={"NoSuchToy": GONE})
PAINT = write("toys", "paint", {"name": "ball", "colour": "blue"}, "paint it", settles=("Busy",))


def single(call: Call) -> Reading[Any]:
    return (yield call)


def play_of(*faults: Fault) -> Play:
    play = Play(hook=Script(list(faults)))
    play.world.toys["ball"] = {"colour": "red", "ready": 0}
    return play


def asked(play: Play, call: Call) -> Any:
    with play.driver() as driver:
        return driver.ask(single(call))


def always(code: str, status: int = 400) -> Callable[[], ApiError]:
    return lambda: api_error(code, status)


def test_a_throttled_call_is_made_again_after_growing_pauses() -> None:
    play = play_of(Fault("get", always("Throttled"), times=3))
    assert asked(play, LOOK) is GONE
    assert [event.pause for event in play.told(Retrying)] == [1, 2, 4]
    assert [event.why for event in play.told(Retrying)] == ["throttled"] * 3
    assert [event.error is None for event in play.told(Called)] == [False, False, False, False]
    assert isinstance(play.hook, Script)
    assert play.hook.attempts == [1, 2, 3, 4]


def test_only_the_failing_call_of_a_batch_is_made_again() -> None:
    play = play_of(Fault("paint", always("Throttled"), times=2))

    def batch() -> Reading[Any]:
        return (yield (LOOK, PAINT, LOOK))

    with play.driver() as driver:
        driver.ask(batch())
    assert isinstance(play.hook, Script)
    assert (len(play.hook.named("get")), len(play.hook.named("paint"))) == (2, 3)


def test_what_is_in_no_table_is_not_tried_again() -> None:
    play = play_of(Fault("get", always("Strange")))
    with pytest.raises(ApiError, match="Strange"):
        asked(play, LOOK)
    assert play.told(Retrying) == []


def test_after_the_deadline_the_error_says_what_was_tried_and_how_often() -> None:
    play = play_of(Fault("get", always("Throttled"), times=99))
    with pytest.raises(DeadlinePassed) as raised:
        asked(play, LOOK)
    assert str(raised.value) == (
        "toys.test: Throttled: it was said\ntried 10 times in 55 s (throttled)\nRun again to continue."
    )
    assert raised.value.problem is Problem.UNFINISHED
    assert isinstance(raised.value.__cause__, ApiError)


def test_who_is_never_answered_is_told_so_by_the_problem() -> None:
    play = play_of(Fault("get", always("Unreachable", 0), times=99))
    with pytest.raises(DeadlinePassed, match="Unreachable") as raised:
        asked(play, LOOK)
    assert raised.value.problem is Problem.UNREACHABLE


def test_an_attempt_longer_than_the_deadline_is_still_followed_by_another() -> None:
    play = Play()

    def slow() -> ApiError:
        play.clock.advance(30)
        return api_error("Timeout", 0)

    play.hook = Script([Fault("get", slow, times=1)])
    assert asked(play, LOOK) is GONE


def test_each_sort_of_failure_has_its_own_deadline() -> None:
    play = play_of(Fault("get", always("Throttled"), times=6), Fault("get", always("Unreachable", 0), times=1))
    assert asked(play, LOOK) is GONE
    assert play.clock.now() - 1000 > 20


@pytest.mark.parametrize(
    ("code", "status"), [("Timeout", 0), ("Reset", 0), ("Unreadable", 0), ("Odd", 500), ("Busy", 409)]
)
def test_the_outcome_of_a_write_is_open(code: str, status: int) -> None:
    play = play_of(Fault("paint", always(code, status)))
    with pytest.raises(OpenOutcome) as raised:
        asked(play, PAINT)
    assert raised.value.cause.code == code
    assert play.told(Retrying) == []


@pytest.mark.parametrize(("code", "status"), [("Odd", 400), ("AccessDenied", 403)])
def test_the_outcome_of_a_write_that_was_refused_is_known(code: str, status: int) -> None:
    with pytest.raises(ApiError, match=code):
        asked(play_of(Fault("paint", always(code, status))), PAINT)


def test_a_read_is_never_open() -> None:
    with pytest.raises(ApiError, match="Reset"):
        asked(play_of(Fault("get", always("Reset", 0))), LOOK)


def test_a_write_that_was_throttled_and_then_lost_is_open_and_not_made_a_third_time() -> None:
    play = play_of(Fault("paint", always("Throttled")), Fault("paint", always("Timeout", 0), when="after"))
    with pytest.raises(OpenOutcome):
        asked(play, PAINT)
    assert play.world.toys["ball"]["colour"] == "blue"
    assert play.world.writes == ["paint"]


@pytest.mark.parametrize("written", [True, False])
def test_a_rule_for_what_was_written_counts_only_then(*, written: bool) -> None:
    play = play_of(Fault("get", always("NotYet")))
    with play.driver() as driver:
        outcome = driver.run({"a": Task(single(LOOK), lambda: written)})["a"]
    assert isinstance(outcome, Failure) is not written


def test_a_third_of_all_calls_throttled_costs_less_than_twice_the_calls() -> None:
    def run(hook: Throttles) -> int:
        play = Play(hook=hook)
        result = play.run(*(toy(str(n), parts={"a", "b"}) for n in range(40)))
        assert result.ok
        return hook.calls

    smooth, rough = (run(Throttles(share, always("Throttled"))) for share in (0.0, 0.3))
    assert smooth < rough < 2 * smooth
