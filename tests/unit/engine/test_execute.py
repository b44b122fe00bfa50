"""Runs as a whole: what is done, failed, not started, and in which order."""

from contextlib import suppress

from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import Interrupted, TasktoolError
from tasktool_infra.engine.events import Called, Event, Failed, Finished, Started
from tasktool_infra.engine.execute import Run
from tasktool_infra.engine.resource import Key, Removal, Resource
from tests.faults.injection import Crash, Fault, Script, api_error
from tests.faults.runs import Play, plan_of
from tests.faults.world import World, toy

A = toy("a")
B = toy("b", requires=(A,))
C = toy("c", requires=(B,))
D = toy("d")


def names(keys: object) -> list[str]:
    return sorted(key.identity for key in keys)  # type: ignore[attr-defined]


def finished(play: Play) -> list[str]:
    return [event.key.identity for event in play.told(Finished)]


def test_a_run_goes_in_order_and_lists_what_is_done() -> None:
    play = Play()
    result = play.run(C, D, B, A)
    assert names(result.done) == ["a", "b", "c", "d"]
    assert [name for name in finished(play) if name != "d"] == ["a", "b", "c"]
    assert result.outputs == {"toy a": "red", "toy b": "red", "toy c": "red", "toy d": "red"}
    assert set(result.seconds) == set(result.done)
    assert all(result.live.values())


def test_a_removal_goes_the_other_way() -> None:
    play = Play()
    play.run(A, B, C)
    play.events.clear()
    result = play.run(A, B, C, goal=Removing(removal=Removal()))
    assert result.ok
    assert finished(play) == ["c", "b", "a"]
    assert play.world.toys == {}
    assert result.outputs == {}


def test_a_failure_stops_only_its_branch() -> None:
    play = Play(hook=Script([Fault("create", lambda: api_error("AccessDenied", 403))]))
    play.hook = Script([Fault("paint", lambda: api_error("AccessDenied", 403))])
    play.run(A)
    play.hook = Script([Fault("create", lambda: api_error("AccessDenied", 403))])
    result = play.run(A, B, C)
    assert (names(result.done), names(result.failed), names(result.not_started)) == (["a"], ["b"], ["c"])
    assert not result.ok
    play.hook = Script()
    assert names(play.run(A, B, C, D).done) == ["b", "c", "d"]


def test_a_fault_of_our_own_is_told_like_any_other_and_keeps_its_cause() -> None:
    class Broken(Script):
        def before(self, call: object, attempt: int) -> None:
            if getattr(call, "operation", "") == "paint":
                raise ZeroDivisionError("by nought")

    play = Play(hook=Broken())
    result = play.run(A, toy("d", colour=""))
    error = result.failed[A.key]
    assert error.message == "toy.a: this is a fault of tasktool itself: ZeroDivisionError: by nought"
    assert "report what --debug prints" in error.next_step
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert [str(event.error) for event in play.told(Failed)] == [str(error)]
    assert names(result.done) == ["d"]


def test_whatever_is_started_is_finished_or_failed() -> None:
    play = Play(hook=Script([Fault("paint", lambda: api_error("Odd"), skip=1)]))
    play.run(A, B, C, D)
    assert len(play.told(Started)) == len(play.told(Finished, Failed))


def test_an_interrupt_in_mid_run_says_what_stands_and_the_next_run_goes_on() -> None:
    play = Play()
    with play.driver() as driver:
        play.listener = lambda event: interrupt_at_first_write(driver, event)
        result = play.run_with(driver, [A, B, C], Making())
    play.listener = None
    assert result.interrupted
    assert names(result.not_started) == ["b", "c"]
    assert isinstance(result.failed[A.key], Interrupted)
    assert isinstance(play.told(Failed)[0].error, Interrupted)
    assert play.world.writes == ["create"]
    assert play.run(A, B, C).ok
    assert play.world.writes.count("create") == 3


def interrupt_at_first_write(driver: Driver, event: Event) -> None:
    if isinstance(event, Called) and event.call.writes:
        driver.interrupt()


def test_a_crash_at_every_call_is_mended_by_the_next_run() -> None:
    calls = len(crashed(at=10_000).calls)
    for when in ("before", "after"):
        for at in range(calls):
            world = crashed(at=at, when=when)
            play = Play(clock=world.clock)  # type: ignore[arg-type]
            play.world = world
            assert play.run(A, B, C, D).ok
            assert names(Key("toy", name) for name in world.toys) == ["a", "b", "c", "d"]
            assert all(found["colour"] == "red" for found in world.toys.values())
            assert play.plan(A, B, C, D).summary == "No changes."


def crashed(*, at: int, when: str = "before") -> World:
    play = Play(hook=Script([Fault("*", Crash, when=when, skip=at)]))  # type: ignore[arg-type]
    with suppress(Crash):
        play.run(A, B, C, D)
    return play.world


def test_waiting_ones_are_listed_and_leave_the_run_unfinished() -> None:
    play = Play()
    with play.driver() as driver:
        resources: dict[Key, Resource] = {}
        result = Run(driver, plan_of([]), Making(), resources, {}).execute()
    assert result.ok
    assert result.waiting == ()


def test_not_yet_visible_counts_only_after_a_write_of_it_or_of_what_came_before() -> None:
    def not_yet() -> TasktoolError:
        return api_error("NotYet", 404)

    alone = Play(hook=Script([Fault("create", not_yet)]))
    assert not alone.run(A).ok
    later = Play(hook=Script([Fault("paint", not_yet, times=2)]))
    assert later.run(A).ok
    behind = Play(hook=Script([Fault("create", not_yet, skip=1)]))
    assert behind.run(A, B).ok
    removing = Play()
    removing.run(A, B)
    removing.hook = Script([Fault("delete", not_yet, skip=1, times=2)])
    assert removing.run(A, B, goal=Removing(removal=Removal())).ok
