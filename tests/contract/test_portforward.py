"""The way to a port of a pod, through a real API server and a kubelet's own code, to a server of this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from attrs import define, field

from tasktool_infra.engine.errors import ApiError, TasktoolError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.portforward import PortForward
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tests.contract.cluster_world import eventually
from tests.contract.emulators import free_port as unused
from tests.controlplane.cluster import Cluster
from tests.controlplane.kwok import forwarded

SPACE = "forwarding"
POD = {"metadata": {"name": "pod"}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
BIG = bytes(range(256)) * 20_000
SOME = BIG[:300_000]


def echo(connection: socket.socket) -> None:
    """Say what was said, and end with it."""
    while data := connection.recv(1 << 16):
        connection.sendall(data)


def blurt(connection: socket.socket) -> None:
    """Answer and end at once, as HTTP/1.0 does."""
    connection.recv(1)
    connection.sendall(BIG)


@define
class Server:
    """Serves one connection after the other, as a test wants it."""

    talk: Callable[[socket.socket], None] = blurt
    listener: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.talk(connection)


@pytest.fixture(scope="module")
def server(real_cluster: Cluster) -> Iterator[Server]:
    """Give a server behind the port 80 of every pod of a namespace, and one such pod."""
    serving = Server()
    threading.Thread(target=serving.serve, daemon=True).start()
    real_cluster.play(forwarded(SPACE, 80, serving.port))
    api, path = real_cluster.api(), f"/api/v1/namespaces/{SPACE}"
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": SPACE}}).need()
    assert eventually(lambda: api.call("GET", f"{path}/serviceaccounts/default").good)
    api.call("POST", f"{path}/pods", POD).need()
    assert eventually(lambda: api.get(f"{path}/pods/pod")["status"]["phase"] == "Running")
    yield serving
    serving.listener.close()
    api.call("DELETE", path)


@contextmanager
def forward(cluster: Cluster, find: Callable[[], str] = lambda: "pod", token: str = "") -> Iterator[PortForward]:
    access = ClusterAccess(
        run_id="forward", endpoint=cluster.endpoint, ca=cluster.ca.decode(), tokens=StaticToken(token or cluster.token)
    )
    transport = KubeTransport(access)
    made = PortForward(transport, find, SPACE, 80)
    try:
        yield made
    finally:
        made.close()
        transport.close()


def asked(made: PortForward, question: bytes, length: int = 0) -> bytes:
    """Say something, and hear as much as is expected, or until the end.

    That the server has ended is not told as long as the caller has not: so it is with kwok, other than with kubelets.
    """
    with socket.create_connection(("127.0.0.1", made.local_port), timeout=20) as connection:
        connection.sendall(question)
        answer = b""
        with suppress(ConnectionError):
            while (not length or len(answer) < length) and (data := connection.recv(1 << 16)):
                answer += data
        return answer


def test_a_long_answer_comes_whole(real_cluster: Cluster, server: Server) -> None:
    server.talk = blurt
    with forward(real_cluster) as made:
        assert asked(made, b"?", len(BIG)) == BIG
        assert made.trouble is None


def test_much_goes_both_ways_at_once(real_cluster: Cluster, server: Server) -> None:
    server.talk = echo
    with forward(real_cluster) as made:
        answers: list[bytes] = []
        threads = [threading.Thread(target=lambda: answers.append(asked(made, SOME, len(SOME)))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert answers == [SOME] * 8


def test_a_pod_that_was_replaced_is_looked_for_anew(real_cluster: Cluster, server: Server) -> None:
    server.talk = blurt
    names = iter(["gone", "pod"])
    with forward(real_cluster, lambda: next(names)) as made:
        assert asked(made, b"?") == b""
        assert isinstance(made.trouble, ApiError)
        assert "gone" in made.trouble.message
        assert asked(made, b"?", len(BIG)) == BIG
        assert made.trouble is None


def test_without_a_pod_the_reason_is_kept(real_cluster: Cluster, server: Server) -> None:
    def nobody() -> str:
        raise TasktoolError("no pod is ready")

    with forward(real_cluster, nobody) as made:
        assert asked(made, b"?") == b""
        assert str(made.trouble) == "no pod is ready"


def test_a_stranger_is_told_so(real_cluster: Cluster, server: Server) -> None:
    with forward(real_cluster, token="nobody's") as made:
        assert asked(made, b"?") == b""
        assert isinstance(made.trouble, ApiError)
        assert made.trouble.status == 401


def test_a_port_where_nobody_listens_ends_at_once_and_is_a_trouble_of_the_pod(
    real_cluster: Cluster, server: Server
) -> None:
    real_cluster.play(forwarded(SPACE, 80, unused()))
    try:
        with forward(real_cluster) as made:
            assert asked(made, b"?") == b""
            assert isinstance(made.trouble, ApiError)
            assert "connection refused" in made.trouble.message
    finally:
        real_cluster.play(forwarded(SPACE, 80, server.port))


def test_after_its_end_nobody_is_let_in(real_cluster: Cluster, server: Server) -> None:
    with forward(real_cluster) as made:
        port = made.local_port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
