"""The smallest client of a Kubernetes API: one call, an answer with its status. The harness and its tests use it."""

import json
import ssl
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from attrs import field, frozen

JSON = "application/json"
MERGE = "application/merge-patch+json"
# JSON is YAML, and read without YAML's surprises.
APPLY = "application/apply-patch+yaml"


@frozen
class Answer:
    """Status and content of one answer."""

    status: int
    body: Any

    @property
    def good(self) -> bool:
        """Whether the server did what was asked."""
        return self.status < 300

    def need(self) -> Any:
        """Return the content of a good answer; raise otherwise."""
        if not self.good:
            raise AssertionError(f"{self.status}: {self.body}")
        return self.body


@frozen
class Api:
    """A Kubernetes API as seen with one token."""

    endpoint: str
    ca: str = field(repr=False)
    token: str = field(repr=False)
    opener: OpenerDirector = field(init=False, repr=False, eq=False)

    @opener.default
    def _without_proxies(self) -> OpenerDirector:
        context = ssl.create_default_context(cadata=self.ca)
        return build_opener(ProxyHandler({}), HTTPSHandler(context=context))

    def call(self, method: str, path: str, body: Any = None, kind: str = JSON) -> Answer:
        """Send one request."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "Accept": JSON}
        content = None if body is None else json.dumps(body).encode()
        request = Request(self.endpoint + path, content, headers, method=method)
        try:
            with self.opener.open(request, timeout=30) as response:
                return Answer(response.status, decoded(response.read()))
        except HTTPError as error:
            with error:
                return Answer(error.code, decoded(error.read()))

    def get(self, path: str) -> Any:
        """Read the object or list at a path."""
        return self.call("GET", path).need()

    def apply(self, path: str, manifest: Any, manager: str = "test-harness") -> Any:
        """Apply one object at its own path, server-side."""
        return self.call("PATCH", f"{path}?fieldManager={manager}&force=true", manifest, APPLY).need()


def decoded(content: bytes) -> Any:
    """Read JSON where it is JSON, else text: a few answers (readyz, 404 of an unknown kind) are plain."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
