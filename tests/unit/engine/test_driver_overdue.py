"""Calls whose answer never ends: they count as lost after a while, and what still comes of them is not seen."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tasktool_infra.engine import flights
from tasktool_infra.engine.calls import Call, Reading, write
from tasktool_infra.engine.driver import Driver, Failure, Success, Task
from tasktool_infra.engine.errors import ApiError, OpenOutcome, Problem
from tasktool_infra.engine.retry import Patience, Rule, Table

LOOK = Call("toys", "get", {"name": "a"})
PAINT = write("toys", "paint", {"name": "a"}, "paint it")


class Dripping:
    """A transport on which the first call of an operation comes home only when it is let."""

    def __init__(self) -> None:
        self.go, self.seen = threading.Event(), [""]

    def send(self, call: Call) -> str:
        first = call.operation not in self.seen
        self.seen.append(call.operation)
        if first:
            assert self.go.wait(10)
        return "late" if first else "in time"

    def host(self, service: str) -> str:
        return f"https://{service}.example.com"


def asking(*calls: Call) -> Reading[Any]:
    answers: tuple[str, ...] = ()
    for call in calls:
        answers = (*answers, (yield call))
    return answers


@pytest.fixture
def dripping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dripping]:
    monkeypatch.setattr(flights, "GIVE_UP", 0.05)
    transport = Dripping()
    yield transport
    transport.go.set()


def test_a_read_is_tried_again_and_its_late_answer_is_not_seen(dripping: Dripping) -> None:
    table = Table((Rule("Timeout", Patience("no answer", 5.0), writes=False),))
    with Driver({"toys": dripping}, table) as driver:
        outcome = driver.run({"a": Task(asking(LOOK, LOOK)), "b": Task(asking(PAINT))})
        dripping.go.set()
    assert outcome["a"] == Success(("in time", "in time"))
    assert isinstance(outcome["b"], Failure)
    assert isinstance(outcome["b"].error, OpenOutcome)


def test_the_host_is_named(dripping: Dripping) -> None:
    with Driver({"toys": dripping}, Table(())) as driver, pytest.raises(ApiError) as raised:
        driver.ask(asking(LOOK))
    assert raised.value.problem is Problem.UNREACHABLE
    assert str(raised.value) == (
        "toys.get: Timeout: https://toys.example.com: the answer was not complete after 0 s\n"
        "Check the way to https://toys.example.com: network, proxy, VPN. Then run again."
    )


def test_an_interrupt_does_not_wait_for_longer_than_that(dripping: Dripping) -> None:
    with Driver({"toys": dripping}, Table(())) as driver:
        threading.Timer(0.01, driver.interrupt).start()
        outcome = driver.run({"a": Task(asking(LOOK))})
    assert isinstance(outcome["a"], Failure)
