"""What nobody wants any more: planned as a departure, asked for, held back, and gone after everything else."""

from collections.abc import Iterable
from typing import Self

import pytest
from attrs import evolve, field, frozen

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.execute import Result, Run
from tasktool_infra.engine.plan import Action, Plan
from tasktool_infra.engine.plan_json import from_json, to_json
from tasktool_infra.engine.resource import Key, Phase, Removal, Resource
from tasktool_infra.engine.survey import Item, Placeholder, survey
from tasktool_infra.engine.unwanted import Aside, Finder, Stray
from tests.faults.injection import Fault, Script, api_error
from tests.faults.runs import Play, plan_of
from tests.faults.world import Toy, toy

RAIN = Placeholder(key=Key("castle", "here"), layer="toys", action=Action.WAITING, reason="it rains")


@frozen(kw_only=True)
class Lost(Finder):
    """Finds some toys by their names."""

    key: Key = Key("toys", "lost")
    layer: str = "toys"
    asked: tuple[Toy, ...] = ()
    leftover: tuple[Toy, ...] = ()
    within: Resource | None = field(default=None)

    def find(self) -> Reading[tuple[Stray | Aside, ...]]:
        strays = []
        for wanted in (*self.asked, *self.leftover):
            live = yield from wanted.read()
            if live is not None:
                live = evolve(live, within=self.within, outlives=wanted.outlives)
                strays.append(Stray(live=live, leftover=wanted in self.leftover))
        return tuple(strays)


def plan(play: Play, *items: Item, goal: Making | Removing | None = None) -> Plan:
    return play.plan(*items, goal=goal)


def run(play: Play, items: Iterable[Item], goal: Making | Removing | None = None) -> Result:
    listed, aim = tuple(items), goal or Making()
    with play.driver() as driver:
        changes, found = survey(driver, listed, aim)
        resources = {item.key: item for item in listed if isinstance(item, Resource)}
        return Run(driver, plan_of(changes), aim, resources, found).execute()


@pytest.fixture
def play() -> Play:
    """Give a world with three toys."""
    made = Play()
    made.run(toy("a"), toy("b"), toy("c"))
    return made


def writes(play: Play) -> list[tuple[str, str]]:
    return [(call.operation, call.parameters["name"]) for call in play.world.calls if call.writes]


def test_it_is_listed_last_and_asked_for(play: Play) -> None:
    drawn = plan(play, Lost(asked=(toy("b"),)), toy("a"), toy("d"))
    assert drawn.actions == {"toy.a": "none", "toy.d": "create", "toy.b": "delete"}
    assert drawn.asks == ("delete toy.b",)
    assert from_json(to_json(drawn)) == drawn


def test_it_goes_when_all_the_rest_is_there(play: Play) -> None:
    before = len(writes(play))
    result = run(play, [Lost(asked=(toy("b"),)), toy("a", colour="blue"), toy("d")])
    assert result.ok
    assert writes(play)[before:][-1] == ("delete", "b")
    assert set(play.world.toys) == {"a", "c", "d"}
    assert plan(play, Lost(asked=(toy("b"),)), toy("a", colour="blue"), toy("d")).summary == "No changes."


def test_it_stays_when_something_else_failed(play: Play) -> None:
    play.hook = Script([Fault("create", lambda: api_error("Odd", 400), times=9)])
    result = run(play, [Lost(asked=(toy("b"),)), toy("d")])
    assert [str(key) for key in result.failed] == ["toy.d"]
    assert [str(key) for key in result.not_started] == ["toy.b"]
    assert "b" in play.world.toys


def test_it_waits_for_what_waits(play: Play) -> None:
    drawn = plan(play, RAIN, toy("d"), Lost(asked=(toy("b"),), leftover=(toy("c"),)))
    assert drawn.actions == {"castle.here": "waiting", "toy.d": "create", "toy.b": "waiting", "toy.c": "none"}


def test_a_leftover_goes_without_a_yes_but_never_alone(play: Play) -> None:
    alone = plan(play, toy("a"), Lost(leftover=(toy("c"),)))
    assert (alone.summary, alone.changing, alone.asks) == ("No changes.", False, ())
    beside = plan(play, toy("a", colour="blue"), Lost(leftover=(toy("c"),)))
    assert (beside.actions["toy.c"], beside.asks) == ("delete", ())
    with_another = plan(play, toy("a"), Lost(asked=(toy("b"),), leftover=(toy("c"),)))
    assert (with_another.actions["toy.c"], with_another.asks) == ("delete", ("delete toy.b",))


def test_they_go_in_their_own_order(play: Play) -> None:
    before = len(writes(play))
    assert run(play, [Lost(asked=(toy("b", outlives=(toy("c"),)), toy("c")))]).ok
    assert writes(play)[before:] == [("delete", "c"), ("delete", "b")]


def test_what_is_precious_stays_even_when_nobody_wants_it(play: Play) -> None:
    class Kept(Lost):
        def find(self) -> Reading[tuple[Stray | Aside, ...]]:
            yield ()
            return (Stray(live=toy("b", precious=True)),)

    drawn = plan(play, Kept())
    assert [(c.action, c.reason) for c in drawn.changes] == [(Action.NONE, "no longer wanted; kept: it is precious")]
    with_data = plan(play, Kept(), goal=Making(removal=Removal(delete_data=True)))
    assert with_data.asks == ("delete toy.b",)


def test_what_a_search_leaves_alone_is_told_and_nothing_more(play: Play) -> None:
    class Telling(Lost):
        def find(self) -> Reading[tuple[Stray | Aside, ...]]:
            yield ()
            return (Aside(key=Key("toys", "odd"), layer="toys", reason="it is odd"),)

    drawn = plan(play, toy("a"), Telling())
    assert drawn.actions == {"toy.a": "none", "toys.odd": "none"}
    assert (drawn.summary, drawn.changes[1].reason) == ("No changes.", "it is odd")


def test_what_one_search_wants_gone_and_somebody_else_wants_stays(play: Play) -> None:
    """Of two environments in one run, one may want what the other does no longer."""
    drawn = plan(play, toy("a"), Lost(asked=(toy("a"), toy("b"))), Lost(key=Key("toys", "too"), asked=(toy("b"),)))
    assert drawn.actions == {"toy.a": "none", "toy.b": "delete"}


def test_what_goes_with_its_host_is_not_told(play: Play) -> None:
    class Going(Toy):
        def read(self) -> Reading[Self]:
            yield ()
            return evolve(self, settled=Phase.DELETING)

    host = Going(name="a")
    assert plan(play, host, Lost(asked=(toy("b"),), within=host)).actions.keys() == {"toy.a"}


def test_a_teardown_takes_it_as_everything_else(play: Play) -> None:
    goal = Removing(removal=Removal())
    drawn = plan(play, toy("a"), Lost(asked=(toy("b"),)), goal=goal)
    assert drawn.actions == {"toy.a": "delete", "toy.b": "delete"}
    assert run(play, [toy("a"), Lost(asked=(toy("b"),))], goal).ok
    assert set(play.world.toys) == {"c"}


def test_who_cannot_look_says_so_and_nothing_is_written(play: Play) -> None:
    class Blind(Lost):
        def find(self) -> Reading[tuple[Stray | Aside, ...]]:
            yield ()
            raise api_error("Forbidden", 403)

    drawn = plan(play, toy("a"), Blind())
    assert drawn.actions == {"toy.a": "none", "toys.lost": "unknown"}
    assert [str(change.key) for change in drawn.blocked] == ["toys.lost"]
