"""A validating webhook of the real API server, on loopback: it denies what a test says, or is not there at all."""

import json
import socket
import ssl
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.controlplane.api import Api
from tests.controlplane.certificates import authority

LOOPBACK = "127.0.0.1"
AT = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


class Server(ThreadingHTTPServer):
    """Denies names that begin with `bad`, and keeps the names that it was asked about."""

    def __init__(self, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
        self.server.asked.append(request["name"])
        response: dict[str, Any] = {"uid": request["uid"], "allowed": not request["name"].startswith("bad")}
        if not response["allowed"]:
            response["status"] = {"message": "names must be good"}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
        content = json.dumps(review).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@contextmanager
def served(port: int, certificate: bytes, key: bytes) -> Iterator[Server]:
    """Serve the webhook for as long as the block lasts."""
    with Server(port) as server, tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(certificate + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file.name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def admission(api: Api, namespace: str, *, up: bool = True) -> Iterator[Server | None]:
    """Let a webhook judge the ConfigMaps of a namespace; `up` says whether anything listens there."""
    with socket.socket() as keeper:
        keeper.bind((LOOPBACK, 0))
        port = keeper.getsockname()[1]
    ca = authority("webhooks")
    name = f"{namespace}.example.com"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}
    hook = {
        "name": name,
        "clientConfig": {"url": f"https://{LOOPBACK}:{port}/", "caBundle": b64encode(ca.pem).decode()},
        "rules": [rule],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 5,
    }
    with served(port, *ca.server(LOOPBACK)) if up else nobody() as server:
        api.call("POST", AT, {"metadata": {"name": name}, "webhooks": [hook]}).need()
        try:
            yield server
        finally:
            api.call("DELETE", f"{AT}/{name}").need()


@contextmanager
def nobody() -> Iterator[None]:
    """Serve nothing."""
    yield
