"""Carries one call on to the server, and does to it what a script says: the handler of the proxy."""

import socket
import ssl
import struct
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import frozen

from tests.faults.mishaps import Answer, Cut, Dripped, Dropped, Mishap, Swallowed
from tests.faults.passed import passed

if TYPE_CHECKING:
    from tests.faults.proxy import Proxy, Upstream

HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"})
AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for no time: closing then resets the connection."""
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")


@frozen
class Came:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    data: bytes


def forwarder(upstream: "Upstream", running: "Proxy") -> type[BaseHTTPRequestHandler]:
    """Give the handler of one proxy."""

    class Handler(Forwarder):
        to, of = upstream, running

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.forward)
    return Handler


class Forwarder(BaseHTTPRequestHandler):
    """Handles the calls of one connection, and keeps one to the server for them."""

    to: "Upstream"
    of: "Proxy"
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece; unbuffered, each costs a delayed acknowledgement
    disable_nagle_algorithm = True
    _onward: HTTPConnection | None = None

    def setup(self) -> None:
        self.of.connected()
        super().setup()

    def finish(self) -> None:
        if self._onward is not None:
            self._onward.close()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        pass

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = passed(self.command, self.path, dict(self.headers), body)
        with self.of.passing(call) as mishap:
            if isinstance(mishap, Answer):
                self.answer(Came(mishap.status, {"Content-Type": mishap.content_type}, mishap.body))
                return
            came = None if is_left_undone(mishap) else self.onward(body)
            self.back(came, mishap)

    def onward(self, body: bytes) -> Came:
        """Send the call on; once more when the server has closed the connection meanwhile."""
        for kept in (self._onward, None):
            self._onward = kept or self.connection_to()
            try:
                self._onward.request(self.command, self.path, body, dict(self.headers))
                answer = self._onward.getresponse()
                return Came(answer.status, dict(answer.getheaders()), answer.read())
            except (HTTPException, OSError):
                self._onward.close()
                if kept is None:
                    raise
        raise AssertionError

    def connection_to(self) -> HTTPConnection:
        parts = urlsplit(self.to.url)
        if parts.scheme == "https":
            context = ssl.create_default_context(cadata=self.to.ca or None)
            return HTTPSConnection(parts.netloc, timeout=30, context=context)
        return HTTPConnection(parts.netloc, timeout=30)

    def back(self, came: Came | None, mishap: Mishap | None) -> None:
        if isinstance(mishap, Swallowed):
            self.of.closing.wait()
            self.close_connection = True
        elif isinstance(mishap, Dropped):
            self.reset()
        elif isinstance(mishap, Cut):
            assert came is not None
            self.answer(came, share=0.5)
            self.reset()
        else:
            assert came is not None
            self.answer(came, pause=mishap.pause if isinstance(mishap, Dripped) else 0.0)

    def reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.connection.close()

    def answer(self, came: Came, *, share: float = 1.0, pause: float = 0.0) -> None:
        self.send_response(came.status)
        for name, value in came.headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        length = came.headers.get("Content-Length") if self.command == "HEAD" else str(len(came.data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        data = b"" if self.command == "HEAD" else came.data[: int(len(came.data) * share)]
        for piece in [data[at : at + 1] for at in range(len(data))] if pause else [data]:
            self.wfile.write(piece)
            self.wfile.flush()
            if pause and self.of.closing.wait(pause):
                return


def is_left_undone(mishap: Mishap | None) -> bool:
    """Say whether the server never hears of the call."""
    return isinstance(mishap, Swallowed | Dropped) and not mishap.done
