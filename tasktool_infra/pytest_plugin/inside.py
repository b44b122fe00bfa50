"""Runs pytest within a command, for what pytest does best: choosing tests by expressions, and reports for CI."""

from typing import TYPE_CHECKING

import pytest

from tasktool_infra import pytest_plugin
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.pytest_plugin.claims import HARDENING, ClaimTest
from tasktool_infra.pytest_plugin.reading import READ

if TYPE_CHECKING:
    from tasktool_infra.engine.claims import Claim
    from tasktool_infra.proving import Verification

QUIET = ("terminal", "cacheprovider", "xdist")
"""Plugins that would print, write or start processes."""


def chosen(verification: "Verification", *, k: str, junitxml: str, hardening: bool) -> "list[Claim]":
    """Run the claims by pytest and give those that ``k`` chose; ``junitxml`` names the file of a report, if one.

    Raises TasktoolError when there are none.
    """
    settings = [word for name in QUIET for word in ("-p", f"no:{name}")]
    # The user's own settings of pytest are for other tests.
    settings += ["-c", "/dev/null", "--rootdir=.", "-p", pytest_plugin.__name__]
    arguments = ["-k", k] if k else []
    arguments += [] if hardening else ["-m", f"not {HARDENING}"]
    arguments += [f"--junitxml={junitxml}", "-o", "junit_suite_name=tasktool"] if junitxml else []
    given = Given(verification)
    pytest.main([*settings, *arguments, "--pyargs", "tasktool_infra.verification"], plugins=[given])
    if not given.claims:
        raise TasktoolError(f"-k {k}: no claim is named so.", next_step="Without -k, all are.", problem=Problem.USAGE)
    return given.claims


class Given:
    """Gives pytest what was read, and keeps what it chose of that."""

    def __init__(self, verification: "Verification") -> None:
        self.verification = verification
        self.claims: list[Claim] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Give what was read."""
        config.stash[READ] = self.verification

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what was chosen."""
        self.claims = [item.claim for item in session.items if isinstance(item, ClaimTest)]
