"""A small Kubernetes API server on loopback.

It is there to show and to try: applies, plain writes, patches, watches and deletions are as in the real one, as far as
field ownership, conflicts, versions and refusals go; no container runs, and what controllers would do is played.
"""

import contextlib
import secrets
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from socket import socket
from typing import Any

from attrs import field, frozen

from tasktool_infra.sandbox.kubernetes import seeds, tls
from tasktool_infra.sandbox.kubernetes.api import Api
from tasktool_infra.sandbox.kubernetes.auth import Authenticator
from tasktool_infra.sandbox.kubernetes.controllers import Controllers
from tasktool_infra.sandbox.kubernetes.eks_token import Secrets
from tasktool_infra.sandbox.kubernetes.handler import Handler
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.store import Store
from tasktool_infra.sandbox.kubernetes.tokens import ServiceAccountTokens


class HttpsServer(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1; one thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, api: Api, authenticator: Authenticator, context: ssl.SSLContext, activity: Callable[[], None]
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.api = api
        self.authenticator = authenticator
        self.activity = activity
        self._context = context

    def secure(self, connection: socket) -> ssl.SSLSocket:
        """Give the connection under TLS."""
        connection.settimeout(30)
        return self._context.wrap_socket(connection, server_side=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up or don't like the certificate are nobody's fault; the rest goes to the log."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@frozen
class KubernetesServer:
    """A running server."""

    endpoint: str
    ca: bytes
    """The certificate authority, PEM."""
    admin_token: str = field(repr=False)
    objects: Objects = field(repr=False)
    tokens: ServiceAccountTokens


@contextlib.contextmanager
def running(
    *,
    cluster: str = "mz-k8s",
    issuer: str = "https://oidc.eks.ap-northeast-1.amazonaws.com/id/" + "0" * 32,
    key_secrets: Secrets = lambda _access_key: None,
    activity: Callable[[], None] = lambda: None,
) -> Iterator[KubernetesServer]:
    """Run a server in threads of this process, for as long as the block lasts.

    `key_secrets` gives the secret of an AWS access key, None for one that does not exist; `activity` is called for
    every request.
    """
    certificates, admin_token = tls.make(), secrets.token_urlsafe(32)
    objects, tokens = Objects(Store()), ServiceAccountTokens(issuer)
    authenticator = Authenticator(admin_token, cluster, key_secrets, tokens)
    seeds.plant(objects)
    controllers = Controllers(objects, certificates.ca.decode())
    controllers.settle()
    looking_after = controllers.start()
    with HttpsServer(Api(objects, tokens), authenticator, certificates.context(), activity) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), name="sandbox-kubernetes", daemon=True)
        serving.start()
        try:
            endpoint = f"https://127.0.0.1:{server.server_port}"
            yield KubernetesServer(endpoint, certificates.ca, admin_token, objects, tokens)
        finally:
            objects.store.close()
            server.shutdown()
            serving.join()
            looking_after.join()
