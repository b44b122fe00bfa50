"""A table is added to environments.toml; what stands there is never changed."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.init.table import add, check_new, table

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.one_of(TEXTS, st.booleans(), st.lists(TEXTS, max_size=3), st.dictionaries(TEXTS, TEXTS, max_size=3))


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Any) -> None:
    assert tomllib.loads(table("dev", {"key": value}, {"key": "a note"})) == {"dev": {"key": value}}


@pytest.mark.parametrize("before", ["", "# mine\n[prod]\nregion = 'x' # here\n", "[prod]", "\n\n# only this"])
def test_what_stands_in_the_file_stays(tmp_path: Path, before: str) -> None:
    file = tmp_path / "environments.toml"
    file.write_text(before)
    file.chmod(0o640)
    add(file, table("dev", {"region": "y"}, {}))
    after = file.read_text()
    assert after.startswith(before)
    assert tomllib.loads(after) == tomllib.loads(before) | {"dev": {"region": "y"}}
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(TasktoolError, match="has an environment dev already"):
        check_new(file, "dev")


def test_a_file_that_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "environments.toml"
    file.write_text("[prod\n")
    with pytest.raises(TasktoolError, match="is not TOML"):
        check_new(file, "dev")
    with pytest.raises(TasktoolError, match="is not TOML"):
        add(file, "[dev]\n")
    assert file.read_text() == "[prod\n"


def test_a_new_file_is_made_and_a_link_followed(tmp_path: Path) -> None:
    link, file = tmp_path / "environments.toml", tmp_path / "kept.toml"
    check_new(link, "dev")
    file.write_text("")
    link.symlink_to(file)
    add(link, "[dev]\n")
    assert link.is_symlink()
    assert file.read_text() == "[dev]\n"
