"""Connections that are never made: what asks for them is swallowed, as a firewall does it. The host is named."""

import socket
from collections.abc import Iterator

import pytest

from tasktool_infra.aws import connection
from tasktool_infra.engine.hooks import hooked
from tasktool_infra.engine.transport import NoHook
from tasktool_infra.kube import connection as kube_connection
from tests.controlplane.certificates import authority
from tests.faults.clock import FakeClock
from tests.system.conftest import Inside
from tests.system.test_faults_network import PATIENCE, lead_to
from tests.system.world import World

MOST = 5
"""Connections that a queue for one may take before all others are swallowed."""


@pytest.fixture
def swallowing(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give an address whose queue is full: nobody takes the connections in it, and no other is answered."""
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT", PATIENCE / 5)
    monkeypatch.setattr(kube_connection, "TIMEOUTS", (PATIENCE / 5, PATIENCE))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = [socket.socket() for _ in range(MOST)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        yield f"127.0.0.1:{server.getsockname()[1]}"
        for each in waiting:
            each.close()


def test_an_aws_that_takes_no_connection_is_named(
    cloud: World, inside: Inside, swallowing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{swallowing}")
    with hooked(NoHook(), FakeClock()):
        done = inside("provision", "prod", expect=69)
    assert "ConnectTimeout" in done.err
    assert f"http://{swallowing}" in done.err
    assert cloud.writes == []


def test_a_cluster_that_takes_no_connection_is_named_and_nothing_is_written(
    cloud: World, inside: Inside, swallowing: str
) -> None:
    lead_to(cloud, f"https://{swallowing}", authority("nobody").pem)
    with hooked(NoHook(), FakeClock()):
        done = inside("provision", "prod", expect=69)
    assert f"https://{swallowing}" in done.err
    assert cloud.writes == []
