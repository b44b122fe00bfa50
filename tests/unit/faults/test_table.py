"""The table of faults names tests that exist."""

import ast
from pathlib import Path

import pytest

from tests.faults.known import Known
from tests.faults.table import FAULTS

TESTS = Path(__file__).parents[2]


@pytest.mark.parametrize("known", FAULTS, ids=lambda known: known.fault)
def test_every_fault_has_its_tests(known: Known) -> None:
    assert known.tests
    for file, names in known.tests.items():
        tree = ast.parse((TESTS / file).read_text())
        there = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
        assert set(names) <= there, file
