"""What is carried over a websocket to a pod: channel by channel, to the last byte, and what goes wrong there."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define, field
from websocket import ABNF, WebSocketConnectionClosedException
from websocket._http import proxy_info
from websocket._url import get_proxy_info

from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.portforward import _proxy, _receive, _send

PORT = (4566).to_bytes(2, "little")
OPENING = [b"\x00" + PORT, b"\x01" + PORT]


@define
class Websocket:
    """Says what a test wants, then ends."""

    messages: list[bytes]
    ends: int = ABNF.OPCODE_CLOSE
    sent: list[bytes] = field(factory=list)
    aborted: threading.Event = field(factory=threading.Event)

    def recv_data(self) -> tuple[int, bytes]:
        if self.messages:
            return ABNF.OPCODE_BINARY, self.messages.pop(0)
        if self.ends != ABNF.OPCODE_CLOSE:
            raise WebSocketConnectionClosedException("gone")
        return self.ends, b""

    def send_binary(self, message: bytes) -> None:
        self.sent.append(message)

    def abort(self) -> None:
        self.aborted.set()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give the end of the caller and ours."""
    theirs, ours = socket.socketpair()
    with theirs, ours:
        yield theirs, ours


def heard(theirs: socket.socket) -> bytes:
    theirs.settimeout(5)
    return b"".join(iter(lambda: theirs.recv(1 << 16), b""))


@pytest.mark.parametrize("ending", [ABNF.OPCODE_CLOSE, -1])
def test_all_that_came_before_the_end_is_heard_then_the_end(ends: Any, ending: int) -> None:
    theirs, ours = ends
    _receive(ours, Websocket([*OPENING, b"\x00HTTP/1.0 200 OK", b"\x00\r\n\r\n"], ending))
    assert heard(theirs) == b"HTTP/1.0 200 OK\r\n\r\n"


def test_the_first_message_of_each_channel_names_the_port_only(ends: Any) -> None:
    theirs, ours = ends
    _receive(ours, Websocket([OPENING[1], b"\x01", OPENING[0], b"\x00a"]))
    assert heard(theirs) == b"a"


def test_what_goes_wrong_in_the_pod_is_raised(ends: Any) -> None:
    _, ours = ends
    said = b"\x01error forwarding port 4566 to pod: connection refused\n"
    with pytest.raises(ApiError, match=r"connection refused$"):
        _receive(ours, Websocket([*OPENING, said]))


def test_a_caller_who_hangs_up_ends_it(ends: Any) -> None:
    theirs, ours = ends
    theirs.close()
    _receive(ours, Websocket([*OPENING, *[b"\x00" + bytes(1 << 16)] * 50]))


def test_what_the_caller_says_goes_to_the_data_channel_until_it_ends(ends: Any) -> None:
    theirs, ours = ends
    there = Websocket([])
    theirs.sendall(b"GET / HTTP/1.1")
    theirs.shutdown(socket.SHUT_WR)
    _send(ours, there)
    assert b"".join(message[1:] for message in there.sent) == b"GET / HTTP/1.1"
    assert {message[0] for message in there.sent} == {0}
    assert there.aborted.is_set()


@pytest.mark.parametrize(
    ("endpoint", "used"), [("https://127.0.0.1:8443", None), ("https://cluster.example.com", "127.0.0.9")]
)
def test_proxies_count_as_for_every_call(monkeypatch: pytest.MonkeyPatch, endpoint: str, used: str | None) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.9:3128")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    way = ClusterAccess(run_id="x", endpoint=endpoint, ca="").connect()
    chosen = proxy_info(**_proxy(way))  # type: ignore[no-untyped-call]
    reached = get_proxy_info(
        "host", True, chosen.proxy_host, chosen.proxy_port, chosen.auth, chosen.no_proxy, chosen.proxy_protocol
    )
    assert reached[:2] == ((used, 3128) if used else (None, 0))
