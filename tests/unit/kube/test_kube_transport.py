"""What goes over the wire to a cluster, and what comes back."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from attrs import define

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.connection import TIMEOUTS
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport

GET = Call("kubernetes", "get", {"api_version": "v1", "kind": "Namespace", "name": "a/b"})
MANIFEST = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "n", "name": "s"}}
GOOD: tuple[int, Any] = (200, {"kind": "Namespace"})
DENIED = (401, {"kind": "Status", "reason": "Unauthorized", "message": "Unauthorized"})


class Cluster(ThreadingHTTPServer):
    """Answers with what a test has put there, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers: list[tuple[int, Any]] = []
        self.dated = ""
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []


class Answering(BaseHTTPRequestHandler):
    def answer(self) -> None:
        assert isinstance(self.server, Cluster)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        status, said = self.server.answers.pop(0)
        content = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(content)))
        if self.server.dated:
            self.send_header("Date", self.server.dated)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


for method in ("GET", "PATCH", "DELETE"):
    setattr(Answering, f"do_{method}", Answering.answer)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@define
class Tokens:
    """Tokens that can be renewed so many times."""

    left: int
    number: int = 1

    def current(self) -> str:
        return f"token-{self.number}"

    def renew(self, rejected: str) -> bool:
        if rejected == self.current() and self.left:
            self.left -= 1
            self.number += 1
        return rejected != self.current()


def send(cluster: Cluster, call: Call, tokens: Any = None) -> Any:
    endpoint = f"http://127.0.0.1:{cluster.server_port}"
    transport = KubeTransport(ClusterAccess(run_id="run-1", endpoint=endpoint, tokens=tokens or StaticToken("t")))
    try:
        return transport.send(call)
    finally:
        transport.close()


def test_a_get_carries_token_and_run_id_and_ignores_the_proxy(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    cluster.answers = [GOOD]
    assert send(cluster, GET) == {"kind": "Namespace"}
    [(command, path, headers, _)] = cluster.seen
    assert (command, path) == ("GET", "/api/v1/namespaces/a%2Fb")
    assert headers["Authorization"] == "Bearer t"
    assert "run/run-1" in headers["User-Agent"]


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, "fieldManager=tasktool-infra&fieldValidation=Strict"),
        ({"force": True}, "fieldManager=tasktool-infra&fieldValidation=Strict&force=true"),
        ({"force": True, "dry_run": True}, "fieldManager=tasktool-infra&fieldValidation=Strict&force=true&dryRun=All"),
    ],
)
def test_an_apply_is_server_side_and_strict(cluster: Cluster, options: dict[str, bool], query: str) -> None:
    cluster.answers = [GOOD]
    send(cluster, Call("kubernetes", "apply", {"manifest": MANIFEST, **options}))
    [(command, path, headers, body)] = cluster.seen
    assert (command, path) == ("PATCH", f"/api/v1/namespaces/n/serviceaccounts/s?{query}")
    assert headers["Content-Type"] == "application/apply-patch+yaml"
    assert body == MANIFEST


def test_a_delete_is_meant_for_one_object_only(cluster: Cluster) -> None:
    cluster.answers = [GOOD]
    send(cluster, Call("kubernetes", "delete", {"api_version": "v1", "kind": "Namespace", "name": "a", "uid": "u-1"}))
    assert cluster.seen[0][3]["preconditions"] == {"uid": "u-1"}


def test_a_rejected_token_is_renewed_once(cluster: Cluster) -> None:
    cluster.answers = [DENIED, GOOD]
    assert send(cluster, GET, Tokens(left=1)) == {"kind": "Namespace"}
    assert [headers["Authorization"] for _, _, headers, _ in cluster.seen] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("tokens", [Tokens(left=0), Tokens(left=9)])
def test_a_token_that_stays_rejected_is_a_denial(cluster: Cluster, tokens: Tokens) -> None:
    cluster.answers = [DENIED, DENIED]
    with pytest.raises(ApiError) as raised:
        send(cluster, GET, tokens)
    assert raised.value.code == "Unauthorized"
    assert len(cluster.seen) <= 2


def test_a_clock_that_is_wrong_is_told_to_whom_the_cluster_turns_down(cluster: Cluster) -> None:
    cluster.answers, cluster.dated = [DENIED], format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)
    with pytest.raises(ApiError) as raised:
        send(cluster, GET)
    assert "This machine's clock is 20 minutes behind that of the cluster: set it" in raised.value.next_step


def test_an_answer_that_is_not_the_api_servers_is_no_answer(cluster: Cluster) -> None:
    cluster.answers = [(200, "<html>Log in to the network</html>")]
    with pytest.raises(ApiError) as raised:
        send(cluster, GET)
    assert (raised.value.code, raised.value.answered) == ("Reset", False)


def test_nothing_is_tried_again_behind_our_back(cluster: Cluster) -> None:
    cluster.answers = [(503, ""), GOOD]
    with pytest.raises(ApiError, match="503"):
        send(cluster, GET)
    assert len(cluster.seen) == 1


def test_who_holds_contested_fields_is_asked_without_force(cluster: Cluster) -> None:
    causes = [{"reason": "FieldManagerConflict", "field": ".metadata.labels.a", "message": 'conflict with "kubectl"'}]
    cluster.answers = [(409, {"kind": "Status", "reason": "Conflict", "details": {"causes": causes}})]
    assert send(cluster, Call("kubernetes", "contested", {"manifest": MANIFEST})) == {"causes": causes}
    assert "dryRun=All" in cluster.seen[0][1]
    assert "force" not in cluster.seen[0][1]


def test_a_request_is_given_its_times_to_connect_and_to_read(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    way = ClusterAccess(run_id="run-1", endpoint=f"http://127.0.0.1:{cluster.server_port}").connect()
    plain = way.pool.request

    def request(*given: Any, **named: Any) -> Any:
        seen.append(named["timeout"])
        return plain(*given, **named)

    monkeypatch.setattr(way.pool, "request", request)
    cluster.answers = [GOOD]
    assert way.request("GET", "/", (), {}, None)[0] == 200
    assert (seen[0].connect_timeout, seen[0].read_timeout) == TIMEOUTS
