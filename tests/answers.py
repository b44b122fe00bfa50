"""Feeds the reading of a kind with recorded answers, as the driver would, without a driver."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tasktool_infra.engine.calls import Asked, Call, Meaning, Pause, Reading
from tasktool_infra.engine.errors import ApiError

T = TypeVar("T")
Answer = Mapping[str, Any] | Meaning | ApiError | Callable[[Call], Any]


def feed(reading: Reading[T], answers: Mapping[str, Answer]) -> T:
    """Drive a reading to its end and give what it returns.

    ``answers`` holds one for each operation: plain data as botocore gives it; a meaning; an :class:`ApiError` as AWS
    would answer, which becomes the meaning that the call expects, or is raised into the reading; or a function of the
    call. An operation that is asked for and not there is a fault of the test.
    """
    try:
        asked = next(reading)
        while True:
            asked = _answer(reading, asked, answers)
    except StopIteration as stop:
        value: T = stop.value
        return value


def error(code: str, said: str = "") -> ApiError:
    """Give an answer that is an error with this code."""
    return ApiError(code, said, status=400)


def _answer(reading: Reading[T], asked: Asked, answers: Mapping[str, Answer]) -> Asked:
    if isinstance(asked, Pause):
        return reading.send(None)
    calls = (asked,) if isinstance(asked, Call) else asked
    given = [_one(call, answers) for call in calls]
    failed = next((each for each in given if isinstance(each, ApiError)), None)
    if failed is not None:
        return reading.throw(failed)
    return reading.send(given[0] if isinstance(asked, Call) else tuple(given))


def _one(call: Call, answers: Mapping[str, Answer]) -> Any:
    assert call.operation in answers, f"no answer recorded for {call.name} {call.parameters}"
    answer: Any = answers[call.operation]
    if callable(answer):
        answer = answer(call)
    if isinstance(answer, ApiError) and answer.code in call.expects:
        return call.expects[answer.code]
    if isinstance(answer, Meaning):
        assert answer in call.expects.values(), f"{call.name} never means {answer.name}"
    return answer
