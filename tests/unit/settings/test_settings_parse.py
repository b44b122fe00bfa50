"""Texts of options and variables, read into values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.settings.parse import parse, unparse
from tasktool_infra.settings.schema import Type

PIECE = st.text(st.characters(exclude_characters=",="), min_size=1).filter(lambda text: text == text.strip())


@given(st.lists(PIECE, min_size=1))
def test_lists_come_back(items: list[str]) -> None:
    assert parse("list", unparse(items)) == tuple(items)


@given(st.dictionaries(PIECE, PIECE | st.just("") | PIECE.map("=".__add__), min_size=1))
def test_maps_come_back(pairs: dict[str, str]) -> None:
    assert parse("map", unparse(pairs)) == pairs


@given(st.booleans())
def test_flags_come_back(flag: bool) -> None:
    assert parse("flag", unparse(flag)) is flag


@given(st.text())
def test_texts_come_back(text: str) -> None:
    assert parse("text", unparse(text)) == text


@given(st.sampled_from(["text", "list", "map", "flag"]), st.text(min_size=1))
def test_every_text_is_read_or_refused(kind: Type, text: str) -> None:
    try:
        assert parse(kind, text) is not None
    except ValueError as error:
        assert str(error).isprintable()  # noqa: PT017 - both ways are right


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("list", "a, b", ("a", "b")),
        ("map", "a=1, b=2=3", {"a": "1", "b": "2=3"}),
        ("flag", "TRUE", True),
        ("flag", "1", True),
        ("flag", "Yes", True),
        ("flag", "0", False),
        ("flag", "no", False),
    ],
)
def test_values(kind: Type, text: str, value: object) -> None:
    assert parse(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("list", "a,,b", "'a,,b' has an empty item"),
        ("list", "a,", "has an empty item"),
        ("map", "a", "'a' is no pair"),
        ("map", "=a", "'=a' is no pair"),
        ("map", "a=1,a=2", "key 'a' is there more than once"),
        ("flag", "on", "must be one of true, 1, yes, false, 0, no"),
    ],
)
def test_refusals(kind: Type, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(kind, text)
