"""Guests that are reached through their host alone: looked at after it, lost with it, and gone with it."""

from typing import Any

import pytest
from attrs import frozen

from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.resource import Phase, Removal
from tasktool_infra.engine.survey import read
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play
from tests.faults.world import MARK, OURS, THEIRS, Toy, toy

GONE = Removing(removal=Removal(delete_data=True))
NOT_MADE, NOT_READY = ("not checked yet: castle.host is yet to be " + word for word in ("made", "ready"))


@frozen(kw_only=True)
class Castle(Toy):
    """A host whose guests nobody can reach while it does not stand."""

    kind = "castle"
    gateway = True


HOST = Castle(name="host").marked(OURS)
A, B = toy("a", within=HOST), toy("b", within=HOST)


def asked(play: Play) -> list[str]:
    return [f"{call.operation} {call.parameters['name']}" for call in play.world.calls]


@pytest.fixture
def standing() -> Play:
    play = Play()
    assert play.run(HOST, A, B).ok
    play.world.calls.clear()
    return play


def test_in_a_host_that_is_not_there_nothing_is_asked() -> None:
    play = Play()
    plan = play.plan(A, HOST, B)
    assert plan.actions == {"toy.a": "create", "castle.host": "create", "toy.b": "create"}
    assert asked(play) == ["get host"]
    assert [change.remarks for change in plan.changes] == [(NOT_MADE,), (), (NOT_MADE,)]


def test_a_host_that_is_known_already_is_not_read_again(standing: Play) -> None:
    with standing.driver() as driver:
        known = read(driver, [HOST], Making())
        standing.world.calls.clear()
        assert set(read(driver, [HOST, A], Making(), known)) == {HOST.key, A.key}
    assert asked(standing) == ["get a"]


def test_they_are_made_once_it_stands(standing: Play) -> None:
    assert standing.plan(HOST, A, B).summary == "No changes."
    assert asked(standing)[0] == "get host"
    assert sorted(asked(standing)[1:]) == ["get a", "get b"]


def test_what_is_lost_in_one_that_stands_is_made_anew(standing: Play) -> None:
    del standing.world.toys["a"]
    plan = standing.plan(HOST, A, B)
    assert plan.actions == {"castle.host": "none", "toy.a": "create", "toy.b": "none"}
    assert plan.changes[1].remarks == ()


def test_in_one_that_does_not_run_yet_nothing_is_asked_and_everything_is_made() -> None:
    play = Play()
    play.run(HOST)
    play.world.toys["host"]["ready"] = play.clock.now() + 5
    play.world.calls.clear()
    plan = play.plan(HOST, A)
    assert plan.actions == {"castle.host": "update", "toy.a": "create"}
    assert plan.changes[1].remarks == (NOT_READY,)
    assert asked(play) == ["get host"]
    assert play.run(HOST, A).ok
    assert asked(play).index("create a") > 1


def test_a_change_that_keeps_what_is_in_it_lets_it_be_looked_at(standing: Play) -> None:
    standing.world.toys["host"]["colour"] = "grey"
    assert standing.plan(HOST, A, B).actions == {"castle.host": "update", "toy.a": "none", "toy.b": "none"}


def test_where_the_host_can_not_be_read_its_guests_are_unknown_for_the_same_reason() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("AccessDenied", 403), times=99)]))
    plan = play.plan(A, HOST)
    assert plan.actions == {"toy.a": "unknown", "castle.host": "unknown"}
    assert len({change.reason for change in plan.changes}) == 1
    assert len(play.hook.calls) == 1  # type: ignore[attr-defined]


def test_they_go_with_it_unread(standing: Play) -> None:
    plan = standing.plan(HOST, A, toy("c"), goal=GONE)
    assert plan.actions == {"castle.host": "delete", "toy.a": "none", "toy.c": "none"}
    assert [change.reason for change in plan.changes] == ["", "it goes with castle.host", "already gone"]
    assert sorted(asked(standing)) == ["get c", "get host"]
    assert standing.run(HOST, A, B, goal=GONE).ok
    assert "delete a" not in asked(standing)
    again = standing.plan(HOST, A, goal=GONE)
    assert [change.reason for change in again.changes] == ["already gone", "already gone"]


def test_one_that_stays_keeps_its_guests_no_longer_than_themselves(standing: Play) -> None:
    standing.world.toys["host"]["tags"] = {MARK: str(THEIRS)}
    assert standing.plan(HOST, A, goal=GONE).actions == {"castle.host": "none", "toy.a": "delete"}


def test_a_guest_alone_is_read_as_anything_is(standing: Play) -> None:
    assert standing.plan(A, goal=GONE).actions == {"toy.a": "delete"}
    assert asked(standing) == ["get a"]


@pytest.mark.parametrize(
    ("live", "holds"),
    [(None, False), (HOST, True), (Castle(name="host", settled=Phase.CREATING), False)],
)
def test_a_host_holds_when_it_stands(live: Any, holds: bool) -> None:
    assert HOST.holds(live) is holds
