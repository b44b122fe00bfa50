"""A proxy on loopback before an emulator: it delays calls, counts what passes, and can do worse to some."""

import ssl
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from tests.faults.forwarding import forwarder
from tests.faults.mishaps import Answer, Mishap
from tests.faults.passed import Passed

__all__ = ["Answer", "Passed", "Proxy", "Upstream", "proxy"]


@frozen
class Upstream:
    """Where calls go on to: an URL and, for https, the authority (PEM) that vouches for the server there."""

    url: str
    ca: str = field(default="", repr=False)


@define(eq=False)
class Proxy:
    """A running proxy: its address, the calls that came, and what is done to them.

    ``delay`` is in seconds, for every call or as a function of the call. ``before`` is called before a call goes on;
    it may block, raise, or give what becomes of the call instead.
    """

    url: str
    delay: float | Callable[[Passed], float] = 0.0
    calls: list[Passed] = field(factory=list)
    before: Callable[[Passed], Mishap | None] = lambda call: None
    connections: int = 0
    most_at_once: int = 0
    closing: threading.Event = field(factory=threading.Event)
    _under_way: int = 0
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    @property
    def writes(self) -> list[Passed]:
        """The calls that were to change something."""
        return [call for call in self.calls if call.writes]

    @property
    def counts(self) -> "Counter[str]":
        """How many calls came, by service and operation."""
        return Counter(call.name for call in self.calls)

    def forget(self) -> None:
        """Count anew."""
        with self._lock:
            self.calls.clear()
            self.connections = self.most_at_once = 0

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1

    @contextmanager
    def passing(self, call: Passed) -> Iterator[Mishap | None]:
        """Count a call that is under way, hold it up, and give what is to become of it."""
        with self._lock:
            self.calls.append(call)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            instead = self.before(call)
            time.sleep(self.delay(call) if callable(self.delay) else self.delay)
            yield instead
        finally:
            with self._lock:
                self._under_way -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A run calls dozens of times at once: a connection that finds the queue full is tried again after a whole second.
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are no news."""


@contextmanager
def proxy(
    upstream: str | Upstream,
    *,
    delay: float | Callable[[Passed], float] = 0.0,
    certificate: tuple[bytes, bytes] | None = None,
) -> Iterator[Proxy]:
    """Run a proxy to ``upstream`` within the block; with a certificate and its key (PEM) it is met by https."""
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    if certificate is not None:
        context = serving(*certificate)
        # The handshake is left to the thread of the connection: one that never comes must hold up nobody else.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https" if certificate else "http"
    running = Proxy(f"{scheme}://127.0.0.1:{server.server_address[1]}", delay)
    server.RequestHandlerClass = forwarder(upstream if isinstance(upstream, Upstream) else Upstream(upstream), running)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def serving(certificate: bytes, key: bytes) -> ssl.SSLContext:
    """Give what a server needs to be met by https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(certificate + key)
        context.load_cert_chain(file.name)
    return context
