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

    call, client = "kubernetes.portforward", transport.client
    url, headers = _request(transport, f"{path_of('v1', 'Pod', namespace, pod)}/portforward", port)
    options = {"header": headers, "subprotocols": [SUBPROTOCOL], "sslopt": _tls(client), **_proxy(client)}
    try:
        there = websocket.create_connection(
            url.replace("http", "ws", 1), timeout=TIMEOUT, enable_multithread=True, suppress_origin=True, **options
        )
    except websocket.WebSocketBadStatusException as error:
        raise from_response(error.status_code, error.resp_body or b"", call) from error
    except (OSError, websocket.WebSocketException) as error:
        raise from_fault(error, call, client.configuration.host) from error
    there.settimeout(None)
    return there


def _request(transport: KubeTransport, path: str, port: int) -> tuple[str, dict[str, str]]:
    """Give the URL, and what lets the caller in."""
    tokens = transport.access.tokens
    given = {"Authorization": f"Bearer {tokens.current()}"} if tokens else {}
    _, url, headers, *_ = transport.client.param_serialize(
        "GET",
        path,
        query_params=[("ports", str(port))],
        header_params=given,
        auth_settings=[] if tokens else ["BearerToken"],
    )
    return url, {name: value for name, value in headers.items() if name.lower() == "authorization"}


def _tls(client: Any) -> dict[str, Any]:
    """Give the options for TLS: those of the client itself."""
    import ssl

    context = client.rest_client.pool_manager.connection_pool_kw.get("ssl_context")
    if context is None:
        return {"cert_reqs": ssl.CERT_NONE, "check_hostname": False}
    name = client.configuration.tls_server_name
    return {"context": context, **({"server_hostname": name} if name else {})}


def _proxy(client: Any) -> dict[str, Any]:
    """Give the proxy of the client, or that there is none whatever the shell says."""
    proxy = getattr(client.rest_client.pool_manager, "proxy", None)
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
