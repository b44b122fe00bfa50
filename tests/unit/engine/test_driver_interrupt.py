"""Interrupts: nothing new begins, calls under way end, and nothing waits any longer."""

import threading
from typing import Any

import pytest

from tasktool_infra.engine.calls import GONE, Call, Pause, Reading
from tasktool_infra.engine.driver import Driver, Failure, NotStarted, Outcome, Success, Task
from tasktool_infra.engine.errors import ApiError, Interrupted
from tasktool_infra.engine.events import Called, Event, Listeners, Retrying
from tasktool_infra.engine.retry import Table
from tests.faults.clock import FakeClock
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play

LOOK = Call("toys", "get", {"name": "a"}, expects={"NoSuchToy": GONE})


def single(call: Call) -> Reading[Any]:
    return (yield call)


def twice() -> Reading[str]:
    yield LOOK
    yield LOOK
    return "both"


def resting() -> Reading[str]:
    yield Pause(3600)
    yield LOOK
    return "rested"


def is_interrupted(outcome: Outcome) -> bool:
    return isinstance(outcome, Failure) and isinstance(outcome.error, Interrupted)


class Held:
    """A transport whose calls come home when they are let."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Event()
        self.calls = 0

    def send(self, call: Call) -> str:
        self.calls += 1
        self.begun.release()
        assert self.go.wait(10)
        return "home"


def test_an_interrupt_before_a_run_starts_nothing() -> None:
    play = Play()
    with play.driver() as driver:
        driver.interrupt()
        assert driver.run({"a": Task(twice())}) == {"a": NotStarted(None)}
        with pytest.raises(Interrupted):
            driver.ask(twice())
    assert play.world.calls == []


def test_calls_under_way_end_and_their_answers_count() -> None:
    held = Held()
    tasks = {"last": Task(single(LOOK)), "more": Task(twice()), "next": Task(twice())}
    with Driver({"toys": held}, Table(()), FakeClock()) as driver:

        def stop() -> None:
            assert held.begun.acquire(timeout=10)
            assert held.begun.acquire(timeout=10)
            driver.interrupt()
            held.go.set()

        threading.Thread(target=stop).start()
        outcomes = driver.run(tasks, {"next": {"last"}})
    assert outcomes["last"] == Success("home")
    assert is_interrupted(outcomes["more"])
    assert outcomes["next"] == NotStarted(None)
    assert held.calls == 2


def test_pauses_and_back_offs_end_at_once() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("Throttled"), times=99)]))
    with play.driver() as driver:
        play.listener = lambda event: driver.interrupt() if isinstance(event, Retrying) else None
        outcomes = driver.run({"throttled": Task(single(LOOK)), "resting": Task(resting())})
    assert all(map(is_interrupted, outcomes.values()))
    assert play.clock.now() == 1000
    assert len(play.told(Called)) == 1


def test_a_call_that_comes_home_throttled_after_the_interrupt_is_not_waited_for() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("Throttled"), times=99)]))
    with play.driver() as driver:
        play.listener = lambda event: driver.interrupt() if isinstance(event, Called) else None
        outcomes = driver.run({"a": Task(single(LOOK))})
    assert is_interrupted(outcomes["a"])
    assert play.clock.now() == 1000


def test_a_real_error_of_a_call_under_way_is_told_as_it_is() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("AccessDenied", 403))]))
    with play.driver() as driver:
        play.listener = lambda event: driver.interrupt()
        outcome = driver.run({"a": Task(single(LOOK))})["a"]
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.error, ApiError)


def test_a_generator_may_end_well_when_it_is_interrupted_but_not_go_on() -> None:
    def graceful() -> Reading[str]:
        try:
            yield from twice()
        except Interrupted:
            return "graceful"
        return "done"

    def stubborn() -> Reading[str]:
        while True:
            try:
                yield LOOK
            except Interrupted:
                continue

    play = Play()
    with play.driver() as driver:
        play.listener = lambda event: driver.interrupt()
        outcomes = driver.run({"graceful": Task(graceful()), "stubborn": Task(stubborn())})
    assert outcomes["graceful"] == Success("graceful")
    assert is_interrupted(outcomes["stubborn"])


def test_a_listener_that_fails_ends_the_run_and_is_heard_at_its_end() -> None:
    def closed(_: Event) -> None:
        raise BrokenPipeError

    play = Play()
    play.listener = closed
    with play.driver() as driver, pytest.raises(BrokenPipeError):
        driver.run({str(n): Task(twice()) for n in range(5)})
    assert len(play.world.calls) == 5


def test_a_listener_that_fails_keeps_no_other_from_listening() -> None:
    heard: list[Event] = []

    def deaf(_: Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Listeners((deaf, heard.append))(Event(at=0))
    assert len(heard) == 1


def test_a_driver_that_is_left_does_not_wait_for_its_calls() -> None:
    held = Held()
    driver = Driver({"toys": held}, Table(()), FakeClock(), hook=Script([Fault("get", KeyboardInterrupt, skip=1)]))
    with pytest.raises(KeyboardInterrupt), driver:
        driver.run({"a": Task(single(LOOK)), "b": Task(single(LOOK))})
    assert not held.go.is_set()
    held.go.set()
