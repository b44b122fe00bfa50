"""Reads that one list answers: when it is asked for, who has which part, and who must look by itself after all."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import define, field

from tasktool_infra.engine.calls import GONE, Among, Call, Pause, Reading
from tasktool_infra.engine.driver import Driver, Failure, Outcome, Success, Task
from tasktool_infra.engine.errors import ApiError, Interrupted, Problem
from tasktool_infra.engine.retry import Table
from tests.faults.clock import FakeClock
from tests.faults.injection import api_error

BOXES = Call("toys", "list", {"of": "boxes"})
SHELF = {"a": "a ball", "b": "a doll"}


@define
class Shelves:
    """Boxes by name, of which a list shows those that are ``listed``; ``fault`` stands in the place of a list."""

    listed: Mapping[str, str] = field(factory=lambda: SHELF)
    hidden: Mapping[str, str] = field(factory=dict)
    fault: Exception | None = None
    calls: list[str] = field(factory=list)

    def send(self, call: Call) -> Any:
        self.calls.append(call.parameters.get("name", call.operation))
        if call.operation == "list" and self.fault is not None:
            raise self.fault
        if call.operation == "list":
            return {"items": [{"name": name, "holds": held} for name, held in self.listed.items()]}
        held = {**self.listed, **self.hidden}.get(call.parameters["name"])
        if held is None:
            raise api_error("NoSuchToy", 404)
        return {"name": call.parameters["name"], "holds": held}


def by_name(answer: Any) -> dict[str, Any]:
    return {item["name"]: item for item in answer["items"]}


def box(name: str, listing: Call = BOXES) -> Call:
    among = Among(listing, name, by_name)
    return Call("toys", "get", {"name": name}, expects={"NoSuchToy": GONE}, among=among)


def single(call: Call, after: float | None = None) -> Reading[Any]:
    if after is not None:
        yield Pause(after)
    answer = yield call
    return answer["holds"] if isinstance(answer, dict) and "holds" in answer else answer


def outcomes(shelves: Shelves, *readings: Reading[Any]) -> list[Outcome]:
    with Driver({"toys": shelves}, Table(()), FakeClock()) as driver:
        return list(driver.run({number: Task(reading) for number, reading in enumerate(readings)}).values())


def values(shelves: Shelves, *calls: Call) -> list[Any]:
    return [each.value for each in outcomes(shelves, *map(single, calls)) if isinstance(each, Success)]


def test_several_are_answered_by_one_list() -> None:
    shelves = Shelves()
    assert values(shelves, box("a"), box("b"), box("a")) == ["a ball", "a doll", "a ball"]
    assert shelves.calls == ["list"]


def test_one_alone_is_read_by_itself() -> None:
    shelves = Shelves()
    assert values(shelves, box("a")) == ["a ball"]
    assert shelves.calls == ["a"]


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_list_that_somebody_asks_for_answers_even_one(asked_first: bool) -> None:
    shelves = Shelves()
    calls = (BOXES, box("a")) if asked_first else (box("a"), BOXES)
    found = values(shelves, *calls)
    assert shelves.calls == ["list"]
    whole, part = found if asked_first else reversed(found)
    assert (len(whole["items"]), part) == (2, "a ball")


def test_what_is_not_listed_is_read_by_itself() -> None:
    shelves = Shelves(hidden={"c": "a kite"})
    assert values(shelves, box("a"), box("c"), box("d")) == ["a ball", "a kite", GONE]
    assert shelves.calls[0] == "list"
    assert sorted(shelves.calls[1:]) == ["c", "d"]


def test_other_lists_and_later_reads_are_calls_of_their_own() -> None:
    shelves = Shelves()
    elsewhere = box("a", Call("toys", "list", {"of": "bags"}))
    found = outcomes(shelves, single(box("a")), single(elsewhere), single(box("b"), after=1.0))
    assert [each.value for each in found if isinstance(each, Success)] == ["a ball", "a ball", "a doll"]
    assert sorted(shelves.calls) == ["a", "a", "b"]


def test_who_may_not_list_reads_one_by_one() -> None:
    denied = ApiError("Forbidden", "no list", status=403, problem=Problem.DENIED)
    shelves = Shelves(fault=denied)
    assert values(shelves, box("a"), box("b")) == ["a ball", "a doll"]
    assert sorted(shelves.calls) == ["a", "b", "list"]


def test_an_expected_error_of_the_list_says_nothing_of_the_parts() -> None:
    shelves = Shelves(fault=api_error("NoShelf", 404))
    asked = Call("toys", "list", {"of": "boxes"}, expects={"NoShelf": GONE})
    assert values(shelves, asked, box("a")) == [GONE, "a ball"]


def test_a_list_that_fails_fails_for_all() -> None:
    shelves = Shelves(fault=api_error("Broken", 500))
    found = outcomes(shelves, single(box("a")), single(box("b")))
    assert [isinstance(each, Failure) and str(each.error) for each in found] == ["toys.test: Broken: it was said"] * 2
    assert shelves.calls == ["list"]


def test_after_an_interrupt_nothing_more_is_read() -> None:
    shelves = Shelves()
    with Driver({"toys": shelves}, Table(()), FakeClock()) as driver:

        def stopping() -> Reading[Any]:
            yield BOXES
            driver.interrupt()

        found = driver.run({"a": Task(stopping()), "b": Task(single(box("unlisted")))})
    outcome = found["b"]
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.error, Interrupted)
    assert shelves.calls == ["list"]
