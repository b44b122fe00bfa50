"""A proxy on loopback before an emulator: it delays every call, keeps what passes, and can do worse to some."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import define, field, frozen

HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"})
LOOKS = ("Describe", "Get", "List", "Head", "BatchGet", "Simulate")


@frozen
class Passed:
    """One call: its method, its path, the operation where the protocol names one, and who it says to come from."""

    method: str
    path: str
    operation: str
    agent: str

    @property
    def writes(self) -> bool:
        """Whether it was to change something."""
        return self.method != "HEAD" and not (self.operation or self.method.capitalize()).startswith(LOOKS)


@frozen
class Answer:
    """What a call is answered in place of the emulator."""

    status: int
    body: bytes = b""
    content_type: str = "text/xml"


@define
class Proxy:
    """A running proxy: its address, the delay in seconds for every call, and the calls that came."""

    url: str
    delay: float = 0.0
    calls: list[Passed] = field(factory=list)
    before: Callable[[Passed], Answer | None] = lambda call: None
    """Called before a call goes on; may block, raise, or answer in place of the emulator."""

    @property
    def writes(self) -> list[Passed]:
        """The calls that were to change something."""
        return [call for call in self.calls if call.writes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A run calls dozens of times at once: a connection that finds the queue full is tried again after a whole second.
    request_queue_size = 128


@contextmanager
def proxy(upstream: str, *, delay: float = 0.0) -> Iterator[Proxy]:
    """Run a proxy to ``upstream`` (an http URL on loopback) within the block."""
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
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
        wbufsize = -1  # an answer leaves in one piece; unbuffered, each costs a delayed acknowledgement
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            pass

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = _passed(self, body)
            running.calls.append(call)
            instead = running.before(call)
            time.sleep(running.delay)
            if instead is not None:
                self.answer(instead.status, {"Content-Type": instead.content_type}, instead.body)
                return
            upstream = HTTPConnection(netloc, timeout=30)
            try:
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                data, headers = answer.read(), dict(answer.getheaders())
            finally:
                upstream.close()
            self.answer(answer.status, headers, data)

        def answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            length = headers.get("Content-Length") if self.command == "HEAD" else str(len(data))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
            self.wfile.flush()

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
        setattr(Handler, f"do_{method}", Handler.forward)
    return Handler


def _passed(request: BaseHTTPRequestHandler, body: bytes) -> Passed:
    """Name a call: by its header (DynamoDB, ECR), by the form's field (IAM, STS), else method and path say it all."""
    form = parse_qs(body.decode(errors="replace")) if body.startswith(b"Action=") else {}
    operation = (request.headers.get("X-Amz-Target") or "").rpartition(".")[2] or form.get("Action", [""])[0]
    return Passed(request.command, request.path, operation, request.headers.get("User-Agent") or "")
