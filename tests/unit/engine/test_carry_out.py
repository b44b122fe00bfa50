"""Carrying out: open outcomes, reads that lag, changes that are accepted and do not show."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self

import pytest
from attrs import frozen

from tasktool_infra.engine.calls import Call, Step, Wait, write
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError, DeadlinePassed, NotAccepted, Problem, Refused, Vanished
from tasktool_infra.engine.events import Failed, Finished, Started, Stepped
from tasktool_infra.engine.resource import Removal
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play
from tests.faults.world import MARK, THEIRS, Toy, toy


@frozen(kw_only=True)
class Quick(Toy):
    kind = "quick"

    def converge(self, live: Self | None) -> Iterator[Step]:
        return (step for step in Toy.converge(self, live) if not isinstance(step, Wait))


BALL = toy("ball", colour="blue", parts={"valve"})
MADE = ["create", "paint", "add"]


def lost(code: str = "Timeout") -> Callable[[], ApiError]:
    return lambda: api_error(code, 0)


def play_of(*faults: Fault) -> Play:
    return Play(hook=Script(list(faults)))


def assert_stands(play: Play) -> None:
    assert {k: play.world.toys["ball"][k] for k in ("colour", "parts")} == {"colour": "blue", "parts": ["valve"]}


def test_a_toy_is_made_by_its_steps_and_a_second_run_writes_nothing() -> None:
    play = Play()
    result = play.run(BALL)
    assert result.ok
    assert result.done == (BALL.key,)
    assert play.world.writes == MADE
    assert [type(event) for event in play.told(Started, Stepped, Finished)] == [Started] + [Stepped] * 4 + [Finished]
    assert play.run(BALL).done == ()
    assert play.world.writes == MADE


@pytest.mark.parametrize("operation", MADE)
@pytest.mark.parametrize("code", ["Timeout", "Reset"])
def test_a_write_lost_after_its_effect_is_not_made_again(operation: str, code: str) -> None:
    play = play_of(Fault(operation, lost(code), when="after"))
    assert play.run(BALL).ok
    assert play.world.writes == MADE
    assert_stands(play)


@pytest.mark.parametrize("operation", MADE)
def test_a_write_lost_before_its_effect_is_made_again_soon(operation: str) -> None:
    play = play_of(Fault(operation, lost()))
    assert play.run(BALL).ok
    assert play.world.writes == MADE
    assert_stands(play)
    assert play.clock.now() - 1000 < 10


@pytest.mark.parametrize("operation", MADE)
def test_a_lost_write_whose_effect_comes_to_show_late_is_not_made_again(operation: str) -> None:
    play = play_of(Fault(operation, lost(), when="after"))
    play.world.lag = 2
    assert play.run(BALL).ok
    assert play.world.writes == MADE
    assert_stands(play)


def test_a_creation_that_somebody_of_ours_was_faster_with_goes_on_from_there() -> None:
    play = Play()

    def faster() -> ApiError:
        play.world.toys["ball"] = {"size": 1, "tags": dict(BALL.tags), "colour": "blue", "parts": [], "ready": 0}
        return api_error("ToyAlreadyExists", 409)

    play.hook = Script([Fault("create", faster)])
    assert play.run(BALL).ok
    assert play.world.writes == ["add"]
    assert_stands(play)


@pytest.mark.parametrize("tags", [{}, {MARK: str(THEIRS)}])
def test_a_creation_that_a_stranger_was_faster_with_is_refused(tags: dict[str, str]) -> None:
    play = Play()

    def faster() -> ApiError:
        play.world.toys["ball"] = {"size": 1, "tags": tags, "colour": "blue", "parts": [], "ready": 0}
        return api_error("ToyAlreadyExists", 409)

    play.hook = Script([Fault("create", faster)])
    error = play.run(BALL).failed[BALL.key]
    assert isinstance(error, Refused)
    assert error.problem is Problem.REFUSED
    assert play.world.writes == []


def test_a_name_that_something_elsewhere_has_is_said_after_a_while() -> None:
    play = Play()
    play.hook = Script([Fault("create", lambda: api_error("ToyAlreadyExists", 409), times=1000)])
    began = play.clock.now()
    error = play.run(BALL).failed[BALL.key]
    assert isinstance(error, Refused)
    assert "ToyAlreadyExists" in error.message
    assert "nothing of that name" in error.message
    assert play.clock.now() - began < 180


def test_a_mark_that_shows_late_is_waited_for() -> None:
    play = Play()

    def unmarked_at_first(tags: dict[str, str]) -> ApiError:
        play.world.toys["ball"] = {"size": 1, "tags": {}, "colour": "blue", "parts": [], "ready": 0}
        play.world.lag = 1
        play.world.send(Call("toys", "tag", {"name": "ball", "tags": tags}))
        return api_error("Timeout", 0)

    play.hook = Script([Fault("create", lambda: unmarked_at_first(dict(BALL.tags)))])
    assert play.run(BALL).ok


@pytest.mark.parametrize("lag", [0.5, 5, 29])
def test_reads_that_lag_are_read_again_without_another_write(lag: float) -> None:
    play = Play()
    play.world.lag = lag
    assert play.run(BALL).ok
    assert play.world.writes == MADE
    play.world.toys["ball"]["colour"] = "grey"
    play.clock.advance(60)
    assert play.run(BALL).ok
    assert play.world.writes == [*MADE, "paint"]


def test_a_creation_that_shows_after_more_than_the_deadline_is_settled_by_its_second() -> None:
    play = Play()
    play.world.lag = 90
    assert play.run(Quick(name="ball", colour="blue", parts=BALL.parts, tags=BALL.tags)).ok
    assert_stands(play)


def test_a_change_that_never_shows_is_made_once_more_and_then_an_error_of_its_own() -> None:
    play = Play()
    play.run(BALL)
    play.world.toys["ball"]["colour"] = "grey"
    play.world.ignored, play.world.calls = {"paint"}, []
    error = play.run(BALL).failed[BALL.key]
    assert isinstance(error, NotAccepted)
    assert error.message == "toy.ball: the change was accepted, but it still reports: colour is 'grey', wanted 'blue'"
    assert "find out what else sets it back" in error.next_step
    assert play.world.writes == ["paint", "paint"]


def test_a_creation_that_never_shows_is_an_error_of_its_own() -> None:
    play = Play()
    play.world.ignored = {"create", "paint", "add"}
    result = play.run(toy("ball", colour=""))
    assert "it ended" not in str(result.failed)
    assert isinstance(result.failed[BALL.key], DeadlinePassed | NotAccepted | Vanished)


def test_a_removal_that_never_shows_is_an_error() -> None:
    play = Play()
    play.run(BALL)
    play.world.ignored = {"delete"}
    error = play.run(BALL, goal=Removing(removal=Removal())).failed[BALL.key]
    assert isinstance(error, DeadlinePassed)
    assert str(error).startswith("toy.ball: it to be gone: not after 6")


def test_what_somebody_else_has_taken_in_the_middle_of_its_removal_is_not_told_as_deleted() -> None:
    play = play_of(Fault("delete", lost()))
    play.run(BALL)

    def taken(event: object) -> None:
        if isinstance(event, Started):
            play.world.toys["ball"]["tags"][MARK] = str(THEIRS)

    play.listener = taken
    error = play.run(BALL, goal=Removing(removal=Removal())).failed[BALL.key]
    assert str(error).startswith("toy.ball: kept: it belongs to another application or environment\nSomebody has")
    assert error.problem is Problem.UNFINISHED
    assert "ball" in play.world.toys


def test_two_who_undo_each_others_work_do_not_go_on_for_ever() -> None:
    play = Play()

    class Quarrel(Script):
        def after(self, call: Call, answer: Any) -> Any:
            if call.operation == "paint":
                play.world.toys["ball"]["parts"] = []
            if call.operation == "add":
                play.world.toys["ball"]["colour"] = "grey"
            return answer

    play.hook = Quarrel()
    error = play.run(BALL).failed[BALL.key]
    assert isinstance(error, NotAccepted)
    assert len(play.world.writes) < 12


def test_a_write_that_is_lost_again_and_again_ends_at_the_deadline_with_its_cause() -> None:
    play = play_of(Fault("paint", lost(), times=10_000))
    error = play.run(BALL).failed[BALL.key]
    assert isinstance(error, DeadlinePassed)
    assert error.problem is Problem.UNREACHABLE
    assert "toy.ball: not settled after 6" in str(error)
    assert "Timeout" in str(error)
    assert error.next_step == "Run again to continue."
    assert len(play.world.calls) < 400


@frozen(kw_only=True)
class Shy(Toy):
    kind = "shy"
    stable_reads: ClassVar[int] = 2


def test_a_kind_may_want_several_matching_reads_in_a_row() -> None:
    play = Play()
    wanted = Shy(name="ball", colour="blue", tags=BALL.tags)
    answers = iter([False, True, False, True, True])

    class Flicker(Script):
        def after(self, call: Call, answer: Any) -> Any:
            if call.operation == "get" and "paint" in play.world.writes:
                return answer if next(answers) else {**answer, "colour": ""}
            return answer

    play.hook = Flicker()
    assert play.run(wanted, goal=Making()).ok
    assert play.world.writes == ["create", "paint"]
    assert next(answers, None) is None


def test_an_error_in_mid_run_is_told_and_stops_only_its_branch() -> None:
    play = play_of(Fault("paint", lambda: api_error("AccessDenied", 403)))
    result = play.run(BALL, toy("doll", colour=""))
    assert [str(event.key) for event in play.told(Failed)] == ["toy.ball"]
    assert [str(key) for key in result.done] == ["toy.doll"]
    assert isinstance(result.failed[BALL.key], ApiError)


def test_a_code_settles_with_the_words_that_are_named_only() -> None:
    call = write("toys", "paint", {}, "paint it", settles=("InUse", "Invalid: already"))
    assert call.settled_by_reading("InUse", "whatever")
    assert call.settled_by_reading("Invalid", "it is already so")
    assert not call.settled_by_reading("Invalid", "it is nonsense")
    assert not Call("toys", "get", {}, settles=frozenset({"InUse"})).settled_by_reading("InUse", "")
