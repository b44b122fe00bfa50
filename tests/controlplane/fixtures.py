"""The control plane as pytest fixtures. Without Go and ready programs, what needs them skips; in CI it fails."""

import os
from collections.abc import Iterator

import pytest

from tests.controlplane.build import MODULES, Unavailable, program, say
from tests.controlplane.cluster import Cluster, control_plane
from tests.controlplane.sts import Sts, loopback_sts


@pytest.fixture(scope="session")
def real_programs(pytestconfig: pytest.Config) -> None:
    """See that all programs are there, which takes minutes the first time."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def tell(message: str) -> None:
        if capture is None:
            return say(message)
        with capture.global_and_fixture_disabled():
            return say(f"\n{message}")

    try:
        for module in MODULES:
            for name in module.programs:
                program(name, tell)
    except Unavailable as unavailable:
        reason = str(unavailable)
    else:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_cluster(real_programs: None) -> Iterator[Cluster]:
    """Run a control plane with one node for the whole session: each test keeps to a namespace of its own."""
    with control_plane(nodes=1) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def real_judge(real_programs: None, real_cluster: Cluster) -> Iterator[Sts]:
    """Run the STS by which aws-iam-authenticator judges tokens of the same key pairs; see `sts.judged`."""
    with loopback_sts(region=real_cluster.region, callers=real_cluster.webhook.callers.values()) as sts:
        yield sts
