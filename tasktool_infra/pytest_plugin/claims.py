"""Claims as tests."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tasktool_infra.pytest_plugin.reading import READ, in_words, read

if TYPE_CHECKING:
    from tasktool_infra.engine.claims import Claim

HARDENING = "tasktool_hardening"
NODE = "tasktool_infra/verification.py"
"""The same wherever it is installed, so that reports of different machines can be compared."""


class Claims(pytest.File):
    """The claims about the environment of this run."""

    def collect(self) -> Iterable[pytest.Item]:
        """Read what stands, and give a test for each claim."""
        from tasktool_infra.engine.errors import TasktoolError

        if READ not in self.config.stash and not self.config.getoption("tasktool_env"):
            raise self.CollectError("Say which environment is meant: --tasktool-env NAME")
        try:
            claims = read(self.config).claims
        except TasktoolError as error:
            raise self.CollectError(in_words(error)) from None
        return [ClaimTest.from_parent(self, name=f"test_claim[{claim.id}]", claim=claim) for claim in claims]


class ClaimTest(pytest.Item):
    """One claim as a test: it fails without a traceback, and is skipped where nobody could look."""

    def __init__(self, *, claim: "Claim", **more: Any) -> None:
        super().__init__(**more)
        self.claim = claim
        self.user_properties.append(("resource", str(claim.key)))
        if claim.hardening:
            self.add_marker(HARDENING)

    def runtest(self) -> None:
        """Fail when the claim is broken."""
        from tasktool_infra.report.claims import lines, told

        if self.claim.ok is None:
            pytest.skip(told(self.claim.found))
        if self.claim.broken:
            pytest.fail("\n".join(lines(self.claim)), pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Give what stands above a failure."""
        return self.path, None, self.claim.id
