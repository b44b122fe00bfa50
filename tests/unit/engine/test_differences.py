"""Differences, field by field, as plain data."""

from collections.abc import Iterator
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.differences import FieldChange, changes, plain
from tasktool_infra.engine.resource import Phase
from tasktool_infra.values.frozen import FrozenDict
from tests.faults.world import Toy, toy


@frozen
class Part:
    name: str
    weight: int


@frozen
class Text:
    said: tuple[str, ...]

    def differences(self, live: "Text | None") -> Iterator[tuple[str, Any, Any]]:
        yield "[0]", (live.said if live else None), FrozenDict({"said": self.said})


@frozen(kw_only=True)
class Rich(Toy):
    weight: float | None = None
    parts: frozenset[Any] = frozenset()
    text: Text | None = None

    def read(self) -> Reading[Any]:
        raise NotImplementedError


def test_equal_values_have_none() -> None:
    assert changes(toy(), toy()) == ()


def test_facts_and_the_identity_are_not_compared() -> None:
    assert changes(evolve(toy("doll"), kept=("x",)), toy("ball")) == ()


def test_each_field_that_differs_is_named_with_both_values() -> None:
    assert changes(toy(colour="grey", size=2), toy()) == (
        FieldChange("size", 2, 1),
        FieldChange("colour", "grey", "red"),
    )


def test_mappings_differ_by_key_and_sets_by_member() -> None:
    live = toy(tags={"a": "1", "b": "2"}, parts={"x", "y"})
    wanted = toy(tags={"b": "3", "c": "4"}, parts={"y", "z"})
    assert [(c.path, c.old, c.new) for c in changes(live, wanted)] == [
        ("parts[x]", "x", None),
        ("parts[z]", None, "z"),
        ("tags[a]", "1", None),
        ("tags[b]", "2", "3"),
        ("tags[c]", None, "4"),
    ]


def test_members_of_a_set_are_named_by_their_name() -> None:
    live, wanted = Rich(name="a", parts=frozenset({Part("x", 1)})), Rich(name="a", parts=frozenset({Part("x", 2)}))
    assert changes(live, wanted) == (FieldChange("parts[x]", {"name": "x", "weight": 1}, {"name": "x", "weight": 2}),)


def test_a_creation_shows_all_that_is_set_and_nothing_else() -> None:
    assert [(c.path, c.new) for c in changes(None, Rich(name="a", colour=""))] == [("size", 1)]


def test_a_false_that_is_wanted_is_shown_in_a_creation() -> None:
    assert FieldChange("weight", None, 0.0) in changes(None, Rich(name="a", weight=0.0))


def test_a_value_that_is_to_go_is_shown() -> None:
    assert changes(Rich(name="a", weight=1.5), Rich(name="a")) == (FieldChange("weight", 1.5, None),)


def test_a_resource_on_its_way_differs() -> None:
    assert changes(evolve(toy(), settled=Phase.DELETING), toy()) == (FieldChange("settled", "deleting", "settled"),)


def test_a_value_that_tells_its_own_differences_is_asked_and_made_plain() -> None:
    wanted = Rich(name="a", text=Text(("new",)))
    live = evolve(wanted, text=Text(("old",)))
    assert changes(live, wanted) == (FieldChange("text[0]", ["old"], {"said": ["new"]}),)


def test_plain_data_is_json() -> None:
    assert plain({1: (Phase.SETTLED, frozenset({"b", "a"}), Part("x", 1))}) == {
        "1": ["settled", ["a", "b"], {"name": "x", "weight": 1}]
    }
