"""Reads what stands once for a run of pytest, and hands it to the processes that run its tests."""

import base64
import pickle
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

if TYPE_CHECKING:
    from tasktool_infra.engine.errors import TasktoolError
    from tasktool_infra.order import Order
    from tasktool_infra.proving import Verification

READ = pytest.StashKey["Verification"]()
SENT = "tasktool_verification"
"""Under this name the process that reads sends what it read."""


def read(config: pytest.Config) -> "Verification":
    """Give the claims and what stands; raises TasktoolError."""
    if READ not in config.stash:
        from tasktool_infra.proving import verified

        sent = getattr(config, "workerinput", {}).get(SENT)
        config.stash[READ] = _unpacked(sent) if sent else verified(order(config))
    return config.stash[READ]


def order(config: pytest.Config) -> "Order":
    """Give what the options ask for; raises TasktoolError."""
    from tasktool_infra.orders import order

    return order(
        "verify",
        config.getoption("tasktool_env").split(","),
        only=config.getoption("tasktool_only"),
        config=config.getoption("tasktool_config"),
        sandbox=config.getoption("tasktool_sandbox"),
        live=config.getoption("tasktool_live"),
    )


def in_words(error: "TasktoolError") -> str:
    """Give an error in words: here the options that it advises are called otherwise."""
    return re.sub(r"(?<!\S)--(sandbox|config|only)\b", r"--tasktool-\1", str(error))


def send(config: pytest.Config, to: dict[str, Any]) -> None:
    """Send what was read; where it can't be read, whoever needs it will say so."""
    from tasktool_infra.engine.errors import TasktoolError

    with suppress(TasktoolError):
        to[SENT] = _packed(read(config))


def _packed(verification: "Verification") -> str:
    from tasktool_infra.aws.eks_cluster import Cluster

    target = verification.target
    # An error does not travel; what it stood in the way of says it in its claims.
    cluster = target.cluster if isinstance(target.cluster, Cluster) else None
    return base64.b64encode(pickle.dumps(evolve(verification, target=evolve(target, cluster=cluster)))).decode()


def _unpacked(sent: str) -> "Verification":
    from tasktool_infra.proving import Verification

    verification = pickle.loads(base64.b64decode(sent))  # noqa: S301 - it comes from the process that started this one
    assert isinstance(verification, Verification)
    return verification
