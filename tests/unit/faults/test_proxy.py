"""The proxy that tests put before an API: what a client sees of each mishap, and what is counted."""

import http.client
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.controlplane.certificates import authority
from tests.faults.mishaps import Answer, Cut, Dripped, Dropped, Mishap, Swallowed
from tests.faults.proxy import Proxy, Upstream, proxy, serving
from tests.faults.tunnel import tunnel

BODY = b"it is done"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIAKEY/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"


class Server(ThreadingHTTPServer):
    """Does what it is asked, and counts."""

    done = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.done += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def before(server: Server) -> Iterator[Proxy]:
    with proxy(f"http://127.0.0.1:{server.server_port}") as running:
        yield running


def post(url: str, *, timeout: float = 5, times: int = 1, context: ssl.SSLContext | None = None) -> bytes:
    parts = urlsplit(url)
    https = parts.scheme == "https"
    client = (
        http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
        if https
        else http.client.HTTPConnection(parts.netloc, timeout=timeout)
    )
    try:
        for _ in range(times):
            client.request("POST", "/a", b"{}", {"X-Amz-Target": "DynamoDB_1.CreateTable", "Authorization": SIGNED})
            data = client.getresponse().read()
        return data
    finally:
        client.close()


def test_what_passes_is_counted(before: Proxy) -> None:
    before.delay = lambda call: 0.0 if call.writes else 9.0
    assert post(before.url, times=2) == BODY
    assert before.counts == {"dynamodb.CreateTable": 2}
    assert [(call.key, call.writes) for call in before.calls] == [("AKIAKEY", True)] * 2
    assert (before.connections, before.most_at_once) == (1, 1)
    before.forget()
    assert (before.counts, before.connections) == ({}, 0)


@pytest.mark.parametrize(
    ("mishap", "fault", "done"),
    [
        (Swallowed(), TimeoutError, 0),
        (Swallowed(done=True), TimeoutError, 1),
        (Dropped(), ConnectionResetError, 0),
        (Dropped(done=True), ConnectionResetError, 1),
        (Cut(), (http.client.IncompleteRead, ConnectionResetError), 1),
    ],
)
def test_each_mishap_is_seen_as_what_it_is(
    server: Server, before: Proxy, mishap: Mishap, fault: type[Exception], done: int
) -> None:
    before.before = lambda call: mishap
    with pytest.raises(fault):
        post(before.url, timeout=0.3)
    assert server.done == done


def test_an_answer_may_come_in_the_place_of_the_server_or_in_drops(server: Server, before: Proxy) -> None:
    before.before = lambda call: Answer(200, b"not from there")
    assert post(before.url) == b"not from there"
    assert server.done == 0
    before.before = lambda call: Dripped(0.001)
    assert post(before.url) == BODY


def test_https_on_both_sides_and_through_a_tunnel(server: Server) -> None:
    outer, inner = authority("outer"), authority("inner")
    server.socket = serving(*inner.server("127.0.0.1")).wrap_socket(server.socket, server_side=True)
    onward = Upstream(f"https://127.0.0.1:{server.server_port}", inner.pem.decode())
    trust = ssl.create_default_context(cadata=outer.pem.decode())
    with proxy(onward, certificate=outer.server("127.0.0.1", "api.example.com")) as before:
        assert post(before.url, context=trust) == BODY
        place = ("127.0.0.1", int(before.url.rpartition(":")[2]))
        with tunnel(lambda host: place if host == "api.example.com" else None) as way:
            client = http.client.HTTPSConnection(way.url.removeprefix("http://"), timeout=5, context=trust)
            client.set_tunnel("api.example.com", 443)
            client.request("POST", "/a", b"{}")
            assert client.getresponse().read() == BODY
            client.close()
            lost = http.client.HTTPSConnection(way.url.removeprefix("http://"), timeout=5)
            lost.set_tunnel("other.example.com", 443)
            with pytest.raises(OSError, match="502"):
                lost.connect()
        assert way.asked == ["api.example.com:443", "other.example.com:443"]
        assert [call.host for call in before.calls][1] == "api.example.com"
