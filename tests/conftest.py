"""What all tests share."""

import pytest
from hypothesis import settings

# How long an example takes says nothing on a machine that has other things to do.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["tests.controlplane.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let all crash points be tried, or all random mixes, instead of a sample."""
    parser.addoption("--all-points", action="store_true", help="try every crash point and every interleaving")
