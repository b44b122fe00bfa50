"""The driver: batches, order, and errors that stay where they belong."""

import threading
from typing import Any

import pytest

from tasktool_infra.engine.calls import GONE, Call, Pause, Reading, write
from tasktool_infra.engine.driver import Driver, Failure, NotStarted, Success, Task
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.retry import Table
from tasktool_infra.engine.threads import Threads
from tests.faults.injection import Crash, Fault, Script, api_error
from tests.faults.runs import Play
from tests.faults.world import toy


def get(name: str, **options: Any) -> Call:
    return Call("toys", "get", {"name": name}, **options)


MISSING = {"NoSuchToy": GONE}


def reading(*calls: Call) -> Reading[Any]:
    return (yield calls)


def single(call: Call) -> Reading[Any]:
    return (yield call)


def test_a_single_call_is_answered_alone_and_a_batch_in_its_order() -> None:
    play = Play()
    play.run(toy("ball"), toy("doll", colour="blue"))
    with play.driver() as driver:
        assert driver.ask(single(get("ball")))["colour"] == "red"
        answers = driver.ask(reading(get("doll"), get("none", expects=MISSING), get("ball")))
    assert [answers[0]["colour"], answers[1], answers[2]["colour"]] == ["blue", GONE, "red"]


def test_the_calls_of_a_batch_are_under_way_together() -> None:
    together = threading.Barrier(5, timeout=10)

    class Meeting:
        def send(self, call: Call) -> int:
            return together.wait()

    with Driver({"toys": Meeting()}, Table(())) as driver:
        answers = driver.ask(reading(*(get(str(n)) for n in range(5))))
    assert sorted(answers) == [0, 1, 2, 3, 4]


def test_more_calls_than_threads_are_all_made() -> None:
    play = Play()
    with Driver({"toys": play.world}, Table(()), play.clock, threads=Threads(2)) as driver:
        assert driver.ask(reading(*(get(str(n), expects=MISSING) for n in range(20)))) == (GONE,) * 20


def test_an_empty_batch_and_a_pause_go_on_by_themselves() -> None:
    def patient() -> Reading[Any]:
        nothing = yield ()
        yield Pause(3600)
        again = yield ()
        return nothing, again

    play = Play()
    began = play.clock.now()
    with play.driver() as driver:
        assert driver.ask(patient()) == ((), ())
    assert play.clock.now() - began == 3600


def test_a_batch_with_one_failing_call_raises_its_error_when_all_are_home() -> None:
    script = Script()
    play = Play(hook=script)
    with play.driver() as driver, pytest.raises(ApiError, match="NoSuchToy"):
        driver.ask(reading(get("a"), get("b", expects=MISSING), get("c", expects=MISSING)))
    assert len(script.calls) == 3


def test_an_expected_code_is_a_meaning_only_for_the_call_that_says_so() -> None:
    with Play().driver() as driver:
        assert driver.ask(single(get("a", expects=MISSING))) is GONE
        with pytest.raises(ApiError) as raised:
            driver.ask(single(get("a", expects={"SomethingElse": GONE})))
    assert raised.value.code == "NoSuchToy"


def test_a_generator_may_catch_its_error_and_go_on() -> None:
    def careful() -> Reading[str]:
        try:
            yield get("none")
        except ApiError as error:
            yield ()
            return error.code
        return "found"

    with Play().driver() as driver:
        assert driver.ask(careful()) == "NoSuchToy"


def test_what_a_generator_raises_is_its_own_outcome() -> None:
    def broken() -> Reading[None]:
        yield get("a", expects=MISSING)
        raise ZeroDivisionError

    def astray() -> Reading[None]:
        yield None  # type: ignore[misc]

    tasks = {"broken": Task(broken()), "astray": Task(astray()), "well": Task(single(get("a", expects=MISSING)))}
    with Play().driver() as driver:
        outcomes = driver.run(tasks)
    assert isinstance(outcomes["broken"], Failure)
    assert isinstance(outcomes["broken"].error, ZeroDivisionError)
    assert isinstance(outcomes["astray"], Failure)
    assert outcomes["well"] == Success(GONE)


def test_what_a_transport_raises_besides_api_errors_goes_to_who_asked() -> None:
    with Play().driver() as driver, pytest.raises(KeyError, match="animals"):
        driver.ask(single(Call("animals", "get")))


def test_each_task_begins_after_those_before_it() -> None:
    begun: list[str] = []

    def noting(name: str) -> Reading[str]:
        begun.append(name)
        yield get(name, expects=MISSING)
        begun.append(name + "'")
        return name

    tasks = {name: Task(noting(name)) for name in "dcba"}
    with Play().driver() as driver:
        outcomes = driver.run(tasks, {"d": {"b", "c"}, "c": {"a"}, "b": {"a"}, "a": {"elsewhere"}})
    assert list(outcomes) == list("dcba")
    assert begun[:2] == ["a", "a'"]
    assert set(begun[2:4]) == {"b", "c"}
    assert begun[-2:] == ["d", "d'"]


def test_what_depends_on_a_failure_is_never_begun() -> None:
    failing = write("toys", "paint", {"name": "none", "colour": "red"}, "paint it")
    tasks = {"a": Task(single(failing)), "b": Task(single(failing)), "c": Task(single(failing)), "d": Task(reading())}
    with Play().driver() as driver:
        outcomes = driver.run(tasks, {"b": {"a"}, "c": {"b"}})
    assert isinstance(outcomes["a"], Failure)
    assert (outcomes["b"], outcomes["c"]) == (NotStarted("a"), NotStarted("b"))
    assert outcomes["d"] == Success(())


def test_tasks_that_wait_for_each_other_are_an_error_and_no_hang() -> None:
    with Play().driver() as driver, pytest.raises(RuntimeError, match="not everything is done"):
        driver.run({"a": Task(reading()), "b": Task(reading())}, {"a": {"b"}, "b": {"a"}})


def test_a_crash_in_a_hook_goes_through_and_leaves_nothing_for_the_next_run() -> None:
    script = Script([Fault("get", Crash, skip=1)])
    play = Play(hook=script)
    with play.driver() as driver:
        with pytest.raises(Crash):
            driver.run({str(n): Task(single(get(str(n), expects=MISSING))) for n in range(9)})
        assert driver.ask(single(get("after", expects=MISSING))) is GONE


def test_an_error_before_and_one_after_the_call_stand_in_the_place_of_its_answer() -> None:
    script = Script([Fault("get", lambda: api_error("Odd")), Fault("get", lambda: api_error("Even"), when="after")])
    play = Play(hook=script)
    with play.driver() as driver:
        for code in ("Odd", "Even"):
            with pytest.raises(ApiError, match=code):
                driver.ask(single(get("a", expects=MISSING)) if code == "Odd" else single(get_made(play)))


def get_made(play: Play) -> Call:
    play.world.toys["ball"] = {"ready": 0}
    return get("ball")


def test_what_becomes_known_later_joins_what_is_under_way() -> None:
    play, known = Play(), threading.Event()
    play.run(toy("ball"), toy("doll"))

    def first() -> Reading[Any]:
        yield get("ball")
        known.set()
        return (yield get("doll"))["colour"]

    def more() -> dict[str, Task]:
        assert known.wait(10)
        return {"later": Task(single(get("ball")))}

    with play.driver() as driver:
        outcomes = driver.run({"first": Task(first())}, more=more)
        assert driver.run({}, more=dict) == {}
    assert outcomes["first"] == Success("red")
    assert isinstance(outcomes["later"], Success)


def test_what_keeps_the_rest_from_being_known_ends_the_run_as_that() -> None:
    def more() -> dict[str, Task]:
        raise ValueError("no such overlay")

    with Play().driver() as driver, pytest.raises(ValueError, match="no such overlay"):
        driver.run({"first": Task(single(get("none", expects=MISSING)))}, more=more)
