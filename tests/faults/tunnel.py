"""A proxy of the sort that HTTPS_PROXY names: it tunnels by CONNECT, to where a test has put the hosts."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer

from attrs import define, field


@define(eq=False)
class Tunnel:
    """A running tunnel: its address, and the hosts (with port) that were asked for."""

    url: str
    asked: list[str] = field(factory=list)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True


@contextmanager
def tunnel(route: Callable[[str], tuple[str, int] | None]) -> Iterator[Tunnel]:
    """Run a tunnel within the block; ``route`` gives address and port for a host, None where there is no way."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            head = [self.rfile.readline().decode()]
            while head[-1].strip():
                head.append(self.rfile.readline().decode())
            method, at, _ = head[0].split(" ", 2)
            running.asked.append(at)
            place = route(at.rpartition(":")[0]) if method == "CONNECT" else None
            if place is None:
                self.wfile.write(b"HTTP/1.1 502 no way there\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(place) as onward:
                self.wfile.write(b"HTTP/1.1 200 connected\r\n\r\n")
                back = threading.Thread(target=pour, args=(onward, self.connection), daemon=True)
                back.start()
                pour(self.connection, onward)
                back.join()

    with _Server(("127.0.0.1", 0), Handler) as server:
        running = Tunnel(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()


def pour(source: socket.socket, into: socket.socket) -> None:
    """Carry bytes until there are no more."""
    with suppress(OSError):
        while data := source.recv(65536):
            into.sendall(data)
    with suppress(OSError):
        into.shutdown(socket.SHUT_WR)
