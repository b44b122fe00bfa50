"""The survey: from wishes to changes, with what can't be known and what must wait."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import Interrupted, Problem, Refused
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Key, Phase, Removal
from tasktool_infra.engine.survey import Placeholder, read, survey
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play
from tests.faults.world import OURS, Toy, toy

CASTLE = Placeholder(
    key=Key("castle", "here"), layer="toys", action=Action.WAITING, reason="it rains", next_step="Wait for the sun."
)


def test_all_are_read_side_by_side_and_each_gets_its_change() -> None:
    play = Play()
    play.run(toy("a"), toy("b", colour="grey"))
    calls = len(play.world.calls)
    plan = play.plan(toy("c"), toy("b"), toy("a"))
    assert plan.actions == {"toy.c": "create", "toy.b": "update", "toy.a": "none"}
    assert len(play.world.calls) - calls == 3


def test_what_is_known_already_is_not_read_again() -> None:
    play = Play()
    play.run(toy("a"), toy("b", colour="grey"))
    with play.driver() as driver:
        known = read(driver, [toy("b")], Making())
        calls = len(play.world.calls)
        changes, found = survey(driver, [toy("a"), toy("b")], Making(), known)
    assert [(change.key.identity, change.action) for change in changes] == [("a", Action.NONE), ("b", Action.UPDATE)]
    assert found[toy("b").key] is not None
    assert len(play.world.calls) - calls == 1


def test_a_read_that_fails_makes_only_its_own_resource_unknown() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("AccessDenied", 403))]))
    plan = play.plan(toy("a"), toy("b"))
    assert sorted(plan.actions.values()) == ["create", "unknown"]
    assert [change.reason for change in plan.blocked] == ["toys.test: AccessDenied: it was said"]


def test_an_unreachable_api_says_so_by_its_problem() -> None:
    play = Play(hook=Script([Fault("get", lambda: api_error("Unreachable", 0), times=99)]))
    plan = play.plan(toy("a"))
    assert plan.blocked[0].problem == Problem.UNREACHABLE.name


def test_a_read_that_refuses_is_refused() -> None:
    class Taken(Toy):
        def read(self) -> Reading[None]:
            yield ()
            raise Refused("the name is taken", next_step="Set another.")

    change = Play().plan(Taken(name="x")).changes[0]
    assert (change.action, change.reason, change.problem) == (Action.REFUSE, "the name is taken", "REFUSED")


def test_a_fault_of_our_own_is_raised() -> None:
    class Broken(Toy):
        def read(self) -> Reading[None]:
            yield ()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Play().plan(Broken(name="x"), toy("a"))


def test_what_needs_something_that_waits_waits_too_and_so_on() -> None:
    moat = toy("moat", requires=(StandIn(name="here"),))
    fish = toy("fish", within=moat)
    plan = Play().plan(fish, CASTLE, moat, toy("doll"))
    assert plan.actions == {
        "toy.fish": "waiting",
        "castle.here": "waiting",
        "toy.moat": "waiting",
        "toy.doll": "create",
    }
    reasons = {change.key.identity: (change.reason, change.steps) for change in plan.changes}
    assert reasons["moat"] == ("it needs castle.here, which waits", ())
    assert reasons["fish"] == ("it needs toy.moat, which waits", ())


class StandIn(Toy):
    kind = "castle"


def test_what_needs_nothing_to_be_done_does_not_wait() -> None:
    play = Play()
    moat = toy("moat", requires=(StandIn(name="here"),))
    play.run(moat)
    assert play.plan(CASTLE, moat).actions == {"castle.here": "waiting", "toy.moat": "none"}


def test_what_stands_in_a_host_that_is_going_is_made_anew() -> None:
    class Going(Toy):
        def read(self) -> Reading[Any]:
            yield ()
            return evolve(self, settled=Phase.DELETING)

    play = Play()
    host = Going(name="castle").marked(OURS)
    play.run(toy("moat"))
    assert play.plan(host, toy("moat", within=host)).actions == {"toy.castle": "update", "toy.moat": "create"}
    assert play.plan(host, toy("moat")).actions["toy.moat"] == "none"


def test_a_removal_examines() -> None:
    class Deep(Toy):
        def examine(self) -> Reading[None]:
            yield ()

    with Play().driver() as driver:
        changes, found = survey(driver, [Deep(name="x")], Removing(removal=Removal()))
    assert changes[0].reason == "already gone"
    assert list(found.values()) == [None]


def test_an_interrupt_while_reading_ends_with_nothing_written() -> None:
    play = Play()
    with play.driver() as driver:
        driver.interrupt()
        with pytest.raises(Interrupted, match="nothing was written"):
            survey(driver, [toy("a")], Making())
