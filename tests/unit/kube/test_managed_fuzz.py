"""Sets of fields as any manager may leave them, and references to images as any manifest may have them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.ecr_image import Image
from tasktool_infra.aws.place import Place
from tasktool_infra.kube.managed import entries, leaves, overlap, owned, picked, union, without

NAMES = st.sampled_from(["a", "b", "name"])
KEYS = st.one_of(
    NAMES.map("f:{}".format),
    NAMES.map(lambda name: f"k:{json.dumps({'name': name})}"),
    st.integers(0, 2).map("v:{}".format),
    st.just("."),
)
SETS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.just({}), lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
VALUES = st.recursive(
    st.none() | st.integers(0, 2) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
PLACE = Place("123456789012", "aws", "ap-northeast-1")
REGISTRY = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"


@given(SETS, SETS)
def test_sets_are_joined_and_taken_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert without(one, one) == {}
    assert without(one, {}) == one
    assert union(one, one) == one
    assert union(one, {}) == one
    assert not overlap(without(one, other), other)


@given(VALUES, SETS)
def test_what_a_set_names_is_part_of_the_value(value: Any, fields: dict[str, Any]) -> None:
    for path, leaf in leaves(value, fields):
        assert path == "" or path[0] in ".["
        assert json.dumps(leaf) in json.dumps(value)
    assert picked(value, {}) == value
    assert type(picked(value, fields)) is type(value)


@given(
    st.lists(st.fixed_dictionaries({}, optional={"manager": NAMES, "operation": NAMES, "fieldsV1": SETS}), max_size=3)
)
def test_entries_may_lack_anything(listed: list[Any]) -> None:
    manifest = {"metadata": {"managedFields": listed}}
    assert entries(manifest) == tuple(listed)
    assert owned(manifest, "tasktool-infra") is None


@given(st.text(max_size=30) | st.text(alphabet="ab/:@.-", max_size=12).map(f"{REGISTRY}/{{}}".format))
def test_a_reference_is_an_image_of_ours_or_none(text: str) -> None:
    image = Image.of(text, PLACE)
    assert image is None or (image.registry == REGISTRY and text.startswith(f"{REGISTRY}/"))


@given(
    st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}", fullmatch=True),
    st.from_regex(r":[A-Za-z0-9_][A-Za-z0-9._-]{0,12}|@sha256:[0-9a-f]{8}", fullmatch=True),
)
def test_an_image_is_called_as_it_was(repository: str, which: str) -> None:
    image = Image.of(f"{REGISTRY}/{repository}{which}", PLACE)
    assert image is not None
    assert (image.repository, image.reference) == (repository, f"{REGISTRY}/{repository}{which}")
