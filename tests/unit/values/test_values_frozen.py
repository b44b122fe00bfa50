"""Frozen data compares, hashes and comes back as what went in."""

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.values.frozen import FrozenDict, freeze, thaw

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4)


@given(JSON)
def test_json_comes_back(value: Any) -> None:
    assert thaw(freeze(value)) == value
    assert freeze(freeze(value)) == freeze(value)


@given(JSON)
def test_frozen_data_can_be_hashed_and_equals_its_copies(value: Any) -> None:
    frozen = freeze(value)
    for twin in (freeze(copy.deepcopy(value)), copy.deepcopy(frozen), pickle.loads(pickle.dumps(frozen))):
        assert twin == frozen
        assert hash(twin) == hash(frozen)


@given(OBJECTS)
def test_order_of_keys_does_not_count(items: dict[str, Any]) -> None:
    reordered = FrozenDict(dict(reversed(items.items())))
    assert reordered == FrozenDict(items)
    assert hash(reordered) == hash(FrozenDict(items))
    assert list(reordered) == list(reversed(items))


@given(OBJECTS)
def test_equals_the_plain_mapping_and_looks_like_it(items: dict[str, Any]) -> None:
    assert FrozenDict(items) == items
    assert items == FrozenDict(items)
    assert repr(FrozenDict(items)).startswith("{")


@given(OBJECTS, OBJECTS)
def test_unequal_mappings_stay_unequal(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert (FrozenDict(left) == FrozenDict(right)) == (left == right)


@given(OBJECTS, OBJECTS)
def test_union_prefers_the_right(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert FrozenDict(left) | right == {**left, **right}


@given(st.sets(st.integers()))
def test_sets_come_back_as_sorted_lists(values: set[int]) -> None:
    frozen = freeze({"inner": values})
    assert hash(frozen) == hash(freeze({"inner": frozenset(values)}))
    assert thaw(frozen)["inner"] == sorted(values, key=json.dumps)


def test_later_changes_of_the_source_do_not_shine_through() -> None:
    source = {"a": [1]}
    frozen = FrozenDict[Any](source)
    source["a"].append(2)
    assert frozen == {"a": [1]}


def test_behaves_as_a_mapping() -> None:
    frozen = FrozenDict({"b": 1}, a=2)
    assert (frozen["a"], frozen.get("c"), "b" in frozen, len(frozen), list(frozen)) == (2, None, True, 2, ["b", "a"])
    assert repr(frozen) == "{'b': 1, 'a': 2}"
    assert frozen != 1
    assert not FrozenDict()


def test_can_not_be_changed() -> None:
    with pytest.raises(TypeError, match="item assignment"):
        FrozenDict({"a": 1})["a"] = 2  # type: ignore[index]


def test_other_values_are_kept_as_they_are() -> None:
    value = object()
    assert freeze({"a": [value]})["a"][0] is value
    assert freeze(b"raw") == b"raw"
