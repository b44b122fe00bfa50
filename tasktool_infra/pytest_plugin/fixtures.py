"""Fixtures for checks of one's own. Without --tasktool-env, tests that use one are skipped."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tasktool_infra.pytest_plugin.reading import in_words, order, read

if TYPE_CHECKING:
    from tasktool_infra.opening import Opened
    from tasktool_infra.order import Order
    from tasktool_infra.proving import Verification
    from tasktool_infra.settings.environment import Environment
    from tasktool_infra.target import Target

T = TypeVar("T")


@pytest.fixture(scope="session")
def tasktool_environment(pytestconfig: pytest.Config) -> "Environment":
    """Give the environment as environments.toml describes it."""
    return _order(pytestconfig).environments[0]


@pytest.fixture(scope="session")
def tasktool_verification(pytestconfig: pytest.Config) -> "Verification":
    """Give all claims about the environment and what was read; those in ``broken`` do not hold."""
    _order(pytestconfig)
    return _or_fail(lambda: read(pytestconfig))


@pytest.fixture(scope="session")
def tasktool_target(tasktool_verification: "Verification") -> "Target":
    """Give where the environment is: place (account, partition, region), caller, cluster, issuer."""
    return tasktool_verification.target


@pytest.fixture(scope="session")
def tasktool_resources(tasktool_verification: "Verification") -> dict[str, Any]:
    """Give what was read of each resource, by ``kind.identity`` as plans name it; None where there is none."""
    return {str(key): live for key, live in tasktool_verification.live.items()}


@pytest.fixture(scope="session")
def tasktool_aws(tasktool_opened: "Opened") -> "Callable[[str], Any]":
    """Give clients of AWS where the environment is: ``tasktool_aws("s3")`` is one of botocore's."""
    return tasktool_opened.connection.client


@pytest.fixture(scope="session")
def tasktool_kubernetes(tasktool_opened: "Opened", tasktool_environment: "Environment") -> Any:
    """Give a client of the environment's cluster, for the kubernetes library: ``CoreV1Api(tasktool_kubernetes)``."""
    from tasktool_infra.kube.retries import SERVICE
    from tasktool_infra.kube.transport import KubeTransport
    from tasktool_infra.opening import find_target
    from tasktool_infra.reaching import connect_cluster

    target = _or_fail(lambda: find_target(tasktool_opened, tasktool_environment))
    connect_cluster(tasktool_opened, tasktool_environment, target)
    transport = tasktool_opened.transports.get(SERVICE)
    if not isinstance(transport, KubeTransport):
        pytest.skip("the environment has no cluster")
    return transport.access.client()


@pytest.fixture(scope="session")
def tasktool_opened(pytestconfig: pytest.Config) -> "Iterator[Opened]":
    """Open the way to the environment."""
    from tasktool_infra.looking import opened_for

    wanted = _order(pytestconfig)
    way = opened_for(wanted)
    opened = _or_fail(way.__enter__)
    yield opened
    way.__exit__(None, None, None)


def _order(config: pytest.Config) -> "Order":
    if not config.getoption("tasktool_env"):
        pytest.skip("this looks at a live environment: --tasktool-env NAME")
    return _or_fail(lambda: order(config))


def _or_fail(make: Callable[[], T]) -> T:
    """Give what is made; what stands in the way is told without a traceback."""
    from tasktool_infra.engine.errors import TasktoolError

    try:
        return make()
    except TasktoolError as error:
        said = in_words(error)
    pytest.fail(said, pytrace=False)
