"""Readings driven side by side within another: their calls go out in one batch, and one that fails spoils no other."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tasktool_infra.engine.calls import Asked, Call, Pause, Reading
from tasktool_infra.engine.errors import Interrupted, TasktoolError

T = TypeVar("T")


def side_by_side(readings: Sequence[Callable[[], Reading[T]]]) -> Reading[list[T | TasktoolError]]:
    """Do readings together, and give what each returns, or the error for people that it raises.

    Takes functions that begin a reading: when one fails, all are begun again, one after the other, to know which.
    """
    try:
        together: list[T | TasktoolError] = yield from _together([begin() for begin in readings])
    except Interrupted:
        raise
    except TasktoolError:
        return (yield from _one_by_one(readings))
    return together


def _one_by_one(readings: Sequence[Callable[[], Reading[T]]]) -> Reading[list[T | TasktoolError]]:
    results: list[T | TasktoolError] = []
    for begin in readings:
        try:
            results.append((yield from begin()))
        except Interrupted:
            raise
        except TasktoolError as error:
            results.append(error)
    return results


def _together(readings: list[Reading[T]]) -> Reading[list[Any]]:
    results: list[Any] = [None] * len(readings)
    asked: dict[int, Asked] = {}
    for index in range(len(readings)):
        _go_on(readings, index, None, asked, results)
    while asked:
        pauses = [each.seconds for each in asked.values() if isinstance(each, Pause)]
        if pauses:
            yield Pause(max(pauses))
        round_, asked = asked, {}
        answers = iter((yield tuple(call for each in round_.values() for call in _calls(each))))
        for index, each in round_.items():
            got = tuple(next(answers) for _ in _calls(each))
            _go_on(readings, index, got[0] if isinstance(each, Call) else got, asked, results)
    return results


def _calls(asked: Asked) -> tuple[Call, ...]:
    if isinstance(asked, Pause):
        return ()
    return (asked,) if isinstance(asked, Call) else tuple(asked)


def _go_on(readings: list[Reading[T]], index: int, answer: Any, asked: dict[int, Asked], results: list[Any]) -> None:
    """Send an answer into one reading, and keep what it asks next or returns."""
    try:
        asked[index] = readings[index].send(answer)
    except StopIteration as stop:
        results[index] = stop.value
