"""Tags in both spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.tags import from_list, to_list

TAGS = st.dictionaries(st.text(min_size=1), st.text())


@given(TAGS)
def test_tags_come_back(tags: dict[str, str]) -> None:
    assert from_list(to_list(tags)) == tags
    assert from_list(to_list(tags, "key")) == tags


def test_both_spellings() -> None:
    assert to_list({"b": "2", "a": "1"}) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert to_list({"a": "1"}, "key") == [{"key": "a", "value": "1"}]
    assert from_list([{"Key": "a", "Value": "1"}, {"key": "b"}]) == {"a": "1", "b": ""}


def test_the_last_of_two_counts() -> None:
    assert from_list([{"Key": "a", "Value": "old"}, {"Key": "a", "Value": "new"}]) == {"a": "new"}


def test_what_is_no_tag() -> None:
    with pytest.raises(ValueError, match="This is no tag"):
        from_list([{"Name": "a"}])
