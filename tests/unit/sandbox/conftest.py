"""A small HTTP client for the sandbox's Kubernetes API, and servers in this process."""

import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from attrs import frozen

from tasktool_infra.sandbox.kubernetes.server import KubernetesServer, running

Json = dict[str, Any]
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


@frozen
class Answer:
    """A code and a body; text when it is not JSON."""

    code: int
    body: Any


@frozen
class Client:
    """Sends requests as the admin, or with another token."""

    endpoint: str
    context: ssl.SSLContext
    token: str

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        media: str = "application/json",
        agent: str = "test/1",
        **query: str,
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPSConnection(urlsplit(self.endpoint).netloc, timeout=10, context=self.context)
        headers = {"Content-Type": media, "User-Agent": agent}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = body if isinstance(body, bytes | str | None) else json.dumps(body)
        connection.request(method, f"{path}?{urlencode(query)}", data, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return Answer(response.status, json.loads(text) if text.startswith("{") else text)

    def get(self, path: str, **query: str) -> Answer:
        """GET."""
        return self.send("GET", path, **query)

    def apply(self, path: str, body: Any, manager: str = "us", **query: str) -> Answer:
        """Server-side apply."""
        return self.send("PATCH", path, body, media=APPLY, fieldManager=manager, **query)

    def merge(self, path: str, body: Json, manager: str = "them", **query: str) -> Answer:
        """Send a merge patch."""
        return self.send("PATCH", path, body, media=MERGE, fieldManager=manager, **query)


def connect(server: KubernetesServer, token: str = "") -> Client:
    """Make a client for a server; verifies its certificate strictly."""
    context = ssl.create_default_context(cadata=server.ca.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return Client(server.endpoint, context, token or server.admin_token)


def eventually(look: Callable[[], Any], timeout: float = 3) -> Any:
    """Give the first true answer; fails when there is none in time."""
    end = time.monotonic() + timeout
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


@pytest.fixture(scope="session")
def kubernetes() -> Iterator[KubernetesServer]:
    """One server for all tests."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def client(kubernetes: KubernetesServer) -> Client:
    """Its admin."""
    return connect(kubernetes)


@pytest.fixture
def namespace(client: Client, request: pytest.FixtureRequest) -> str:
    """Make a namespace of the test's own; gives its path."""
    name = request.node.name.replace("_", "-").lower()[:50].strip("-")
    assert client.send("POST", "/api/v1/namespaces", {"metadata": {"name": name}}).code == 201
    return f"/api/v1/namespaces/{name}"
