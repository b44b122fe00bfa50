"""The emulators, one of each for a session."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.sandbox.kubernetes.server import running
from tests.contract.bench import Bench, aws_bench
from tests.contract.cluster_world import ClusterWorld
from tests.contract.clusters import cluster_bench
from tests.contract.emulators import ACCOUNT, EMULATORS, REGION, Emulator
from tests.contract.gaps import GAPS
from tests.controlplane.cluster import Cluster

NUMBERS = count(1)


@pytest.fixture(scope="session")
def emulators() -> Iterator[dict[str, tuple[Emulator, Bench]]]:
    """Keep what was started until the end: an emulator starts with the first test that needs it."""
    with ExitStack() as stack:
        yield Started(stack)


class Started(dict[str, tuple[Emulator, Bench]]):
    """Starts what is asked for and is not there."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, name: str) -> tuple[Emulator, Bench]:
        emulator = self._stack.enter_context(EMULATORS[name]())
        bench = aws_bench(name, emulator.endpoint, REGION, ACCOUNT)
        bench.forget = emulator.forget
        self._stack.callback(bench.raw.close)
        self[name] = emulator, bench
        return self[name]


@pytest.fixture
def bench(request: pytest.FixtureRequest, emulators: dict[str, tuple[Emulator, Bench]]) -> Bench:
    """Give an empty emulator by its name."""
    _, bench = emulators[request.param]
    bench.forget()
    return bench


@pytest.fixture(scope="session")
def clusters(request: pytest.FixtureRequest) -> Iterator[dict[str, Bench]]:
    """Keep the API servers until the end: one starts with the first test that needs it."""
    with ExitStack() as stack:
        yield Clusters(request, stack)


class Clusters(dict[str, Bench]):
    """Starts what is asked for and is not there."""

    def __init__(self, request: pytest.FixtureRequest, stack: ExitStack) -> None:
        super().__init__()
        self._request, self._stack = request, stack

    def __missing__(self, name: str) -> Bench:
        if name == "real":
            real = self._request.getfixturevalue("real_cluster")
            facts = real.endpoint, real.ca.decode(), real.token
        else:
            server = self._stack.enter_context(running())
            facts = server.endpoint, server.ca.decode(), server.admin_token
        self[name] = self._stack.enter_context(cluster_bench(name, *facts))
        return self[name]


@pytest.fixture(scope="session")
def real_bench(real_cluster: Cluster) -> Iterator[Bench]:
    """Give a bench on the real control plane, with the administrator's token."""
    facts = real_cluster.endpoint, real_cluster.ca.decode(), real_cluster.token
    with cluster_bench("real", *facts) as bench:
        yield bench


@pytest.fixture
def world(real_bench: Bench, real_cluster: Cluster) -> ClusterWorld:
    """Give a namespace of the test's own on the real control plane; it is not made yet."""
    namespace = real_bench.placed(Namespace(name=f"world-{next(NUMBERS)}"))
    assert isinstance(namespace, Namespace)
    return ClusterWorld(bench=real_bench, cluster=real_cluster, namespace=namespace)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failures that emulators cause, and only those: one that no longer fails is a failure."""
    for item in items:
        gap = GAPS.get(item.name)
        if gap is not None:
            item.add_marker(pytest.mark.xfail(reason=gap, strict=True))
