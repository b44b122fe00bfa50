"""What all tests share."""

import pytest
from hypothesis import settings

# How long an example takes says nothing on a machine that has other things to do.
settings.register_profile("untimed", deadline=None, max_examples=50)
settings.register_profile("few", deadline=None, max_examples=10)
settings.register_profile("many", deadline=None, max_examples=1000)
settings.load_profile("untimed")

pytest_plugins = ["tests.controlplane.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let all crash points be tried, or all random mixes, instead of a sample."""
    parser.addoption("--all-points", action="store_true", help="try every crash point and every interleaving")
