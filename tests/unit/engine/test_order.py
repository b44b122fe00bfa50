"""The order of work."""

import pytest

from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.order import creation, earlier, removal, with_requirements
from tests.faults.world import Toy

A = Toy(name="a")
B = Toy(name="b", requires=(A,))
C = Toy(name="c", after=(A,), within=B)
D = Toy(name="d")


def names(order: object) -> dict[str, set[str]]:
    assert isinstance(order, dict)
    return {key.identity: {other.identity for other in others} for key, others in order.items()}


def test_a_creation_follows_what_is_needed() -> None:
    assert names(creation([C, B, A, D])) == {"c": {"b"}, "b": {"a"}, "a": set(), "d": set()}


def test_what_is_not_among_them_does_not_count() -> None:
    assert names(creation([C, D])) == {"c": set(), "d": set()}


def test_a_removal_goes_the_other_way() -> None:
    assert names(removal([A, B, C, D])) == {"a": {"b", "c"}, "b": {"c"}, "c": set(), "d": set()}


def test_what_outlives_others_goes_after_them_and_is_made_whenever() -> None:
    ground = Toy(name="ground", outlives=(C, Toy(name="absent")))
    assert names(removal([ground, A, B, C]))["ground"] == {"c"}
    assert names(creation([ground, C]))["ground"] == set()


def test_a_circle_is_named() -> None:
    first = Toy(name="hen", requires=(Toy(name="egg"),))
    second = Toy(name="egg", requires=(Toy(name="hen"),))
    with pytest.raises(Refused) as raised:
        creation([first, second, D])
    assert "in a circle: toy." in str(raised.value)
    assert {"toy.hen", "toy.egg"} <= set(str(raised.value).replace("→", " ").split())


def test_what_is_chosen_takes_along_what_it_requires_but_not_what_it_only_follows() -> None:
    assert with_requirements([C], [D, C, B, A]) == (C, B, A)
    assert with_requirements([Toy(name="e", after=(A,))], [A, Toy(name="e")]) == (Toy(name="e"),)


def test_what_is_only_followed_is_told_apart_from_what_is_needed() -> None:
    assert names(earlier([A, C])) == {"a": set(), "c": {"a"}}
