"""What the tests of crashes and races share: worlds in this process, and what is told at the end."""

import random
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tasktool_infra.aws.connection import Connection
from tests.crash.cloud import accounts
from tests.crash.prod import Prod, prepared, prod

TOLD = "crash points"
Worlds = Callable[..., Prod]


@pytest.fixture(scope="session")
def connection() -> Iterator[Connection]:
    """Give the way to an AWS in this process."""
    with pytest.MonkeyPatch.context() as patch, prepared(patch), accounts() as made:
        yield made


@pytest.fixture
def worlds(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Worlds:
    """Give what makes worlds in which nothing of ours stands."""
    return partial(prod, connection, monkeypatch)


@pytest.fixture(autouse=True)
def always_the_same() -> Iterator[None]:
    """Let pauses be as long in every test run."""
    before = random.getstate()
    random.seed(7)
    yield
    random.setstate(before)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many crash points have converged."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    told = {name: value for report in reports for name, value in getattr(report, "user_properties", ())}
    if TOLD in told:
        terminalreporter.write_sep("-", str(told[TOLD]))
