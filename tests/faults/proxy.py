"""A proxy on loopback before an emulator: it delays every call, counts them, and can do worse to some."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field

HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"})


@define
class Proxy:
    """A running proxy: its address, the delay in seconds for every call, and the calls that went through."""

    url: str
    delay: float = 0.0
    calls: list[tuple[str, str]] = field(factory=list)
    before: Callable[[str, str], None] = lambda method, target: None
    """Called with method and target before a call goes on; may block or raise."""


@contextmanager
def proxy(upstream: str, *, delay: float = 0.0) -> Iterator[Proxy]:
    """Run a proxy to ``upstream`` (an http URL on loopback) within the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    running = Proxy(f"http://127.0.0.1:{server.server_address[1]}", delay)
    server.RequestHandlerClass = _handler(urlsplit(upstream).netloc, running)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(netloc: str, running: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            pass

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            running.calls.append((self.command, self.headers.get("X-Amz-Target") or self.path))
            running.before(*running.calls[-1])
            time.sleep(running.delay)
            upstream = HTTPConnection(netloc, timeout=30)
            try:
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                data = answer.read()
            finally:
                upstream.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
        setattr(Handler, f"do_{method}", Handler.forward)
    return Handler
