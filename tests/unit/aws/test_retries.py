"""How long which answers of AWS are tried again."""

from typing import Any

import pytest
from attrs import frozen

from tasktool_infra.aws.retries import TABLE
from tasktool_infra.engine.calls import Call, Reading, write
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import OpenOutcome, TasktoolError
from tests.faults.clock import FakeClock
from tests.faults.injection import api_error

READ, WRITE = Call("iam", "get_role"), write("iam", "create_role", {}, "make it")


@frozen
class Failing:
    """An API that fails always alike."""

    code: str

    def send(self, call: Call) -> Any:
        del call
        raise api_error(self.code, 0)


def failed(code: str, call: Call) -> tuple[TasktoolError, float]:
    """Give the error that a call ends with, and after how many seconds."""
    clock = FakeClock()
    began = clock.now()

    def single() -> Reading[Any]:
        return (yield call)

    with Driver({"iam": Failing(code)}, TABLE, clock) as driver, pytest.raises(TasktoolError) as raised:
        driver.ask(single())
    return raised.value, clock.now() - began


@pytest.mark.parametrize(
    ("code", "least", "most"),
    [("Reset", 10, 20), ("Unreadable", 0.5, 3), ("AccessDenied", 0, 0), ("Throttling", 60, 180)],
)
def test_a_read_is_tried_again_for_as_long_as_it_may_help(code: str, least: float, most: float) -> None:
    _, seconds = failed(code, READ)
    assert least <= seconds <= most


@pytest.mark.parametrize("code", ["Reset", "Unreadable", "Timeout"])
def test_a_write_without_an_answer_that_can_be_read_is_never_made_again(code: str) -> None:
    error, seconds = failed(code, WRITE)
    assert (type(error), seconds) == (OpenOutcome, 0)
