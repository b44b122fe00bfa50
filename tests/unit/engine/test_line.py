"""Who may begin, who never will, and that many who wait cost no more each than few."""

from itertools import pairwise
from typing import ClassVar

from attrs import frozen

from tasktool_infra.engine.calls import Pause, Reading
from tasktool_infra.engine.driver import Task
from tasktool_infra.engine.line import Line
from tests.faults.runs import Play


def line() -> Line:
    made = Line()
    made.join("host")
    made.join("guest", needs={"host"})
    made.join("late", needs={"host"}, after={"guest"})
    return made


def test_each_begins_when_the_last_that_it_waits_for_has_ended() -> None:
    made = line()
    assert made.begin() == ["host"]
    assert made.begin() == []
    assert made.ended("host", lost=False) == []
    assert made.begin() == ["guest"]
    assert made.ended("guest", lost=True) == []
    assert made.begin() == ["late"]
    assert made.leave() == []


def test_who_needs_what_is_lost_never_begins() -> None:
    made = line()
    made.begin()
    assert made.ended("host", lost=True) == ["guest", "late"]
    assert made.ended("guest", lost=True) == []
    assert made.begin() == made.leave() == []


def test_who_still_waits_can_be_sent_away() -> None:
    made = line()
    made.begin()
    assert made.leave() == ["guest", "late"]
    assert made.ended("host", lost=False) == []
    assert made.begin() == []


@frozen
class Counted:
    """A key that counts how often anybody looks it up."""

    number: int
    looked: ClassVar[int] = 0

    def __hash__(self) -> int:
        Counted.looked += 1
        return hash(self.number)


def looked_up(many: int) -> int:
    """Give how often keys are looked up in a run of many, each after the one before."""

    def brief() -> Reading[None]:
        yield Pause(1.0)

    keys = [Counted(number) for number in range(many)]
    order = {later: {earlier} for earlier, later in pairwise(keys)}
    Counted.looked = 0
    with Play().driver() as driver:
        assert len(driver.run({key: Task(brief()) for key in keys}, order)) == many
    return Counted.looked


def test_many_who_wait_cost_no_more_each_than_few() -> None:
    assert looked_up(400) < 5 * looked_up(100)
