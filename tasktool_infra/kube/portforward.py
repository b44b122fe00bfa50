"""A port of a pod on this machine's loopback, through the API server: every connection is carried by a websocket.

Source: Kubernetes API reference, Pod, ``portforward``; the subprotocol ``v4.channel.k8s.io`` of the kubelet: a message
begins with its channel, 0 for the data and 1 for what went wrong, and the first of each channel only names the port.
What the kubernetes client brings for it drops what comes right before the end of a connection.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from attrs import define, field

from tasktool_infra.engine.errors import ApiError, Problem, TasktoolError
from tasktool_infra.kube.answers import from_fault, from_response
from tasktool_infra.kube.connection import Connection
from tasktool_infra.kube.paths import path_of
from tasktool_infra.kube.transport import KubeTransport

LOOPBACK, SUBPROTOCOL = "127.0.0.1", "v4.channel.k8s.io"
DATA, TROUBLE = 0, 1
CHUNK, TIMEOUT = 1 << 16, 10.0


@define(eq=False)
class PortForward:
    """Listens on a free port of loopback for as long as it is open, and carries connections to a port of a pod.

    ``transport`` is that of the cluster; ``find`` names the pod, and is asked again when the last one does not
    answer any more; it raises TasktoolError when there is none. ``trouble`` is why the last connection came to nothing.
    """

    transport: KubeTransport
    find: Callable[[], str]
    namespace: str
    port: int
    trouble: TasktoolError | None = field(init=False, default=None)
    _pod: str = field(init=False, default="")
    _listener: socket.socket = field(init=False)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        """Listen; nothing is asked of the cluster before somebody connects."""
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def local_port(self) -> int:
        """The port on this machine."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Take no further connections; those that are open end with their callers."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(here,), daemon=True).start()

    def _serve(self, here: socket.socket) -> None:
        with here:
            try:
                there = self._dial()
            except TasktoolError as error:
                self.trouble = error
                return
            self.trouble = None
            threading.Thread(target=_send, args=(here, there), daemon=True).start()
            try:
                _receive(here, there)
            except TasktoolError as error:
                self.trouble, self._pod = error, ""
            finally:
                there.shutdown()
                # Closing alone would leave the caller waiting, as long as the other direction is being read.
                with suppress(OSError):
                    here.shutdown(socket.SHUT_RDWR)

    def _dial(self) -> Any:
        """Give a websocket to the pod; one that was replaced meanwhile is looked for anew."""
        known = self._pod
        if known:
            with suppress(TasktoolError):
                return dial(self.transport, self.namespace, known, self.port)
        with self._lock:
            if self._pod == known:
                self._pod = self.find()
            return dial(self.transport, self.namespace, self._pod, self.port)


def dial(transport: KubeTransport, namespace: str, pod: str, port: int) -> Any:
    """Give a websocket to a port of a pod; raises ApiError."""
    import websocket

    call, way = "kubernetes.portforward", transport.connection
    path = f"{path_of('v1', 'Pod', namespace, pod)}/portforward"
    url = way.url(path, (("ports", str(port)),)).replace("http", "ws", 1)
    options = {"header": transport.credentials(), "subprotocols": [SUBPROTOCOL], "sslopt": _tls(way), **_proxy(way)}
    try:
        there = websocket.create_connection(
            url, timeout=TIMEOUT, enable_multithread=True, suppress_origin=True, **options
        )
    except websocket.WebSocketBadStatusException as error:
        raise from_response(error.status_code, error.resp_body or b"", call) from error
    except (OSError, websocket.WebSocketException) as error:
        raise from_fault(error, call, way.host) from error
    there.settimeout(None)
    return there


def _tls(way: Connection) -> dict[str, Any]:
    """Give the options for TLS: those of all calls."""
    import ssl

    if way.tls is None:
        return {"cert_reqs": ssl.CERT_NONE, "check_hostname": False}
    return {"context": way.tls, **({"server_hostname": way.server_name} if way.server_name else {})}


def _proxy(way: Connection) -> dict[str, Any]:
    """Give the proxy of all calls, or that there is none whatever the shell says."""
    proxy = getattr(way.pool, "proxy", None)
    if proxy is None:
        # Without a name the library asks the shell, whatever else it is told.
        return {"http_proxy_host": "none", "http_proxy_port": 1, "http_no_proxy": ["*"]}
    return {"http_proxy_host": proxy.host, "http_proxy_port": proxy.port, "proxy_type": proxy.scheme}


def _receive(here: socket.socket, there: Any) -> None:
    """Carry what the pod says, until it ends; raises ApiError for what went wrong on its side."""
    import websocket

    named: set[int] = set()
    with suppress(OSError, websocket.WebSocketException):
        while True:
            opcode, message = there.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                break
            channel, content = message[0], message[1:]
            if channel not in named:
                named.add(channel)
            elif channel == DATA:
                here.sendall(content)
            elif content:
                raise ApiError(
                    "Reset",
                    content.decode(errors="replace").strip(),
                    call="kubernetes.portforward",
                    problem=Problem.UNREACHABLE,
                )
    with suppress(OSError):
        here.shutdown(socket.SHUT_WR)


def _send(here: socket.socket, there: Any) -> None:
    """Carry what the caller says, until it ends: then nobody listens any more."""
    import websocket

    with suppress(OSError, websocket.WebSocketException):
        while data := here.recv(CHUNK):
            there.send_binary(bytes((DATA,)) + data)
    with suppress(OSError):
        there.abort()
