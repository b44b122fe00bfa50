"""How single values read."""

from typing import Any

import pytest

from tasktool_infra.report.layout import laid_out
from tasktool_infra.report.lines import columns, line
from tasktool_infra.report.values import difference, short


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        ("plain text", "plain text"),
        ("true", '"true"'),
        ("3", '"3"'),
        ("", '""'),
        (" padded", '" padded"'),
        (True, "true"),
        (3, "3"),
        (None, "nothing"),
        ([], "nothing"),
        (["a", "b"], "a, b"),
        ({"a": [1, 2], "b": {}, "c": {"d": "e"}}, "{a: [1, 2], c: {d: e}}"),
        ("two\nlines", "two↵lines"),
        ("日本", "日本"),
    ],
)
def test_a_value_is_short_and_leaves_no_doubt(value: Any, reads: str) -> None:
    assert short(value) == reads


@pytest.mark.parametrize(
    ("old", "new", "reads"),
    [
        (None, "a", "a"),
        ("a", None, "a → removed"),
        ("3", 3, '"3" → 3'),
        (["a"], ["a", "b"], "+ b (1 unchanged)"),
        (["a", "b"], ["b", "a"], "a, b → b, a"),
        (["a"], ["b"], "- a, + b"),
        ([{"name": "A"}], [{"name": "A"}, {"name": "B", "value": 1}], "+ {name: B, value: 1} (1 unchanged)"),
        (False, True, "false → true"),
    ],
)
def test_a_difference_shows_what_goes_and_comes(old: Any, new: Any, reads: str) -> None:
    assert "".join(part.text for part in difference(old, new)) == reads


def test_of_long_texts_the_place_is_shown_where_they_part() -> None:
    reads = "".join(part.text for part in difference("x" * 500 + "old" + "y" * 500, "x" * 500 + "new" + "y" * 500))
    assert reads.startswith("…" + "x" * 40 + "oldyyy")
    assert "→ …" + "x" * 40 + "newyyy" in reads
    assert len(reads) < 700


def test_a_long_value_says_how_long_it_is() -> None:
    assert short("a" * 2000).endswith("a… (2,000 characters)")


def test_wide_characters_take_two_columns() -> None:
    assert columns("日本e\u0301") == 5
    broken = list(laid_out([line("環境 " * 30)], 40))
    assert all(columns(each.text) <= 40 for each in broken)
