"""What is stopped at some write on MiniStack, or on a real API server, is finished there by the next run.

A sample of what `test_crash_points` does with every call in process: what these answer is code of other people.
"""

from collections.abc import Iterator
from typing import get_args

import pytest
from attrs import frozen

from tasktool_infra.aws.connection import Connection
from tasktool_infra.kube.retries import SERVICE
from tests.controlplane.cluster import Cluster
from tests.crash.drift import arn, aws_drifted, cluster_drifted, filled
from tests.crash.lives import Life, Lived, Step, When
from tests.crash.prod import Prod
from tests.crash.servers import on_a_real_cluster, on_ministack
from tests.system.application import install_cert_manager_kinds

MINISTACK = "test_what_is_stopped_on_ministack_is_finished_there"
REAL = "test_what_is_stopped_on_a_real_api_server_is_finished_there"
SAMPLE: tuple[tuple[float, When], ...] = ((0.3, "after"), (0.7, "before"))
MOST_WRITES = {MINISTACK: 30, REAL: 15}
"""No run there writes more often."""


def nothing(_: Prod) -> None:
    """Leave the world as it is."""


def drifted_beyond_return(world: Prod) -> None:
    """Change something about everything in AWS. MiniStack has no SetDefaultPolicyVersion: no version is left for it."""
    aws_drifted(world.cloud.client)
    world.cloud.client("iam").delete_policy_version(PolicyArn=arn("S3TaskReportsPolicy"), VersionId="v1")


@frozen
class Known:
    """A life, and how it goes when nothing disturbs it."""

    life: Life
    lived: dict[str, Lived]


@pytest.fixture(scope="module")
def on_aws() -> Iterator[Known]:
    with on_ministack() as born:
        steps = (
            Step("provision", "provision", nothing),
            Step("repair", "provision", drifted_beyond_return),
            Step("teardown", "teardown", lambda world: filled(world.cloud.client)),
        )
        life = Life(born, steps, lambda call: True)
        yield known(life, MINISTACK)


@pytest.fixture(scope="module")
def on_kubernetes(connection: Connection, real_cluster: Cluster) -> Known:
    install_cert_manager_kinds(real_cluster.api())
    steps = (
        Step("provision", "provision", nothing),
        Step("repair", "provision", cluster_drifted),
        Step("teardown", "teardown", nothing),
    )
    world = on_a_real_cluster(connection, real_cluster)
    life = Life(lambda: world, steps, lambda call: call.service == SERVICE)
    return known(life, REAL)


def known(life: Life, test: str) -> Known:
    """Let a life be lived undisturbed."""
    lived = life.undisturbed()
    assert all(0 < number <= MOST_WRITES[test] for each in lived.values() for number in each.writes.values())
    return Known(life, lived)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Stop at two of the writes, or before and after each."""
    most = MOST_WRITES[metafunc.function.__name__]
    whole = [((number + 0.5) / most, when) for number in range(most) for when in get_args(When)]
    metafunc.parametrize(("share", "when"), whole if metafunc.config.getoption("all_points") else SAMPLE)


def test_what_is_stopped_on_ministack_is_finished_there(on_aws: Known, share: float, when: When) -> None:
    assert list(on_aws.life.stopped(on_aws.lived, share, when)) == []


def test_what_is_stopped_on_a_real_api_server_is_finished_there(on_kubernetes: Known, share: float, when: When) -> None:
    assert list(on_kubernetes.life.stopped(on_kubernetes.lived, share, when)) == []
