"""A pytest plugin: every claim about a live environment is a test, and fixtures lead one's own tests there.

    pytest --tasktool-env prod --pyargs tasktool_infra.verification

Without its options nothing happens and nothing is imported. What stands is read once for a run, however many processes
run its tests; nothing is written.
"""

from pathlib import Path
from typing import Any

import pytest

from tasktool_infra.pytest_plugin.claims import HARDENING, NODE, Claims
from tasktool_infra.pytest_plugin.reading import READ, send

pytest_plugins = ["tasktool_infra.pytest_plugin.fixtures"]
MODULE = Path(__file__).parents[1] / "verification.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("tasktool", "a live environment of the task tool")
    group.addoption("--tasktool-env", metavar="NAME", help="the environment, a table of environments.toml")
    group.addoption("--tasktool-sandbox", action="store_true", help="it is in the embedded cloud")
    group.addoption("--tasktool-live", action="store_true", help="also try the roles of the ServiceAccounts")
    group.addoption("--tasktool-config", metavar="FILE", help="instead of ./environments.toml")
    group.addoption("--tasktool-only", metavar="WHAT", help="layers, kinds or resources, separated by commas")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"{HARDENING}: a claim without which the environment works, and is less safe")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Read before pytest-xdist starts a process that runs tests."""
    if node.config.getoption("tasktool_env"):
        send(node.config, node.workerinput)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Claims | None:
    """Collect the claims where they were asked for by name."""
    if file_path != MODULE or not parent.session.isinitpath(file_path):
        return None
    return Claims.from_parent(parent, path=file_path, name=NODE, nodeid=NODE)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say where the claims were looked at."""
    verification = config.stash.get(READ, None)
    if verification is None:
        return []
    facts = verification.target.facts()
    return [f"tasktool: {verification.environment}, {', '.join(f'{name} {fact}' for name, fact in facts.items())}"]
