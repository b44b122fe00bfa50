"""What is made in a host that the same run makes is looked at, all of it, before the first is written."""

from collections.abc import Callable, Hashable
from typing import Any

from attrs import define

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.driver import Failure, NotStarted, Success
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.events import Failed, Started
from tasktool_infra.engine.newcomers import Look, looked_first, of_resources
from tasktool_infra.engine.resource import Key
from tests.faults.injection import Script
from tests.faults.runs import Play
from tests.faults.world import MARK, THEIRS, toy

HOST = toy("host")
A, B = toy("a", within=HOST), toy("b", within=HOST)


@define(eq=False)
class Meanwhile(Script):
    """Lets something happen as soon as the host is made."""

    happens: Callable[[], Any] = lambda: None

    def after(self, call: Call, answer: Any) -> Any:
        if call.operation == "create" and call.parameters["name"] == "host":
            self.happens()
        return super().after(call, answer)


def story(play: Play) -> list[str]:
    """Give what was asked and made of the guests, in order, after the host."""
    calls = [f"{call.operation} {call.parameters['name']}" for call in play.world.calls]
    return [each for each in calls[calls.index("create host") :] if not each.endswith("host")]


def test_all_guests_are_read_before_one_is_made() -> None:
    play = Play()
    assert play.run(HOST, A, B).ok
    assert sorted(story(play)[:2]) == ["get a", "get b"]
    assert "create a" in story(play)[2:]


def test_one_that_is_refused_then_holds_all_of_them_back() -> None:
    play = Play(hook=Meanwhile())
    theirs = {"size": 1, "tags": {MARK: str(THEIRS)}, "colour": "", "parts": [], "ready": 0.0}
    play.hook.happens = lambda: play.world.toys.update(b=theirs)  # type: ignore[attr-defined]
    result = play.run(HOST, A, B)
    assert result.done == (HOST.key,)
    assert result.not_started == (A.key,)
    assert isinstance(result.failed[B.key], Refused)
    assert "belongs to another" in str(result.failed[B.key])
    assert [event.key for event in play.told(Failed)] == [B.key]
    assert [event.key for event in play.told(Started)] == [HOST.key]
    assert {"create a", "create b"}.isdisjoint(story(play))


def test_where_the_host_stands_nobody_looks_twice() -> None:
    play = Play()
    play.run(HOST)
    play.world.calls.clear()
    play.run(HOST, A, B)
    first = next(n for n, call in enumerate(play.world.calls) if call.operation == "create")
    assert [call.operation for call in play.world.calls[:first]] == ["get"] * 3


def test_the_order_puts_all_looks_in_between() -> None:
    host, a, b, c = (Key("toy", name) for name in ("host", "a", "b", "c"))
    order = looked_first({host: (), a: {host}, b: {host, a}, c: ()}, {a: host, b: host})
    assert order[a] == {host, Look(host)}
    assert order[b] == {host, a, Look(host)}
    assert order[Look(host)] == {Look(host, a), Look(host, b)}
    assert order[Look(host, a)] == {host}
    assert order[c] == set()


def test_a_failed_look_is_the_failure_of_what_was_looked_at() -> None:
    host, a = Key("toy", "host"), Key("toy", "a")
    lost = Failure(ValueError())
    outcomes: dict[Hashable, Any] = {
        host: Success(None),
        Look(host, a): lost,
        Look(host): NotStarted(a),
        a: NotStarted(Look(host)),
    }
    assert of_resources(outcomes) == {host: Success(None), a: lost}
