"""Requests to the sandbox's AWS as they came over HTTP, kept to be made again by somebody else."""

import http.client
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import frozen

from tasktool_infra.aws.place import Place
from tasktool_infra.sandbox.authorization import enforcement, requests
from tasktool_infra.sandbox.authorization.enforcement import Enforced

KEY = re.compile(r"(?<=Credential=)[^/]+")
DENIED = re.compile(r"not authorized to perform: ([\w:]+)")
FORBIDDEN = (400, 403)
NAMELESS = {"head_bucket": "s3:ListBucket"}
"""Calls whose answers have no body, and what they need."""


@frozen
class Asked:
    """One request: the operation, the actions that it needs, and all that went over the wire."""

    operation: str
    actions: tuple[str, ...]
    method: str
    address: str
    headers: dict[str, str]
    body: bytes

    def again(self, endpoint: str, access_key: str) -> str:
        """Make it as somebody else; give the action that this one is denied, nothing where it is let through."""
        # The sandbox proves no signature: who has signed is who the header says.
        headers = {name: KEY.sub(access_key, value) for name, value in self.headers.items()}
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)
        try:
            connection.request(self.method, self.address, self.body, headers)
            answer = connection.getresponse()
            said = DENIED.search(answer.read().decode(errors="replace"))
        finally:
            connection.close()
        if said is not None:
            assert answer.status in FORBIDDEN
            return said[1]
        return NAMELESS[self.operation] if answer.status in FORBIDDEN and self.operation in NAMELESS else ""


@contextmanager
def listening(account: str, into: dict[tuple[str, ...], Asked]) -> Iterator[None]:
    """Keep one request for each set of actions that requests need, while the block lasts."""
    answer = Enforced.__call__

    def kept(application: Enforced, environ: dict[str, Any], respond: Any) -> Any:
        asked = _asked(environ, account)
        if asked is not None:
            into.setdefault(asked.actions, asked)
        return answer(application, environ, respond)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Enforced, "__call__", kept)
        yield


def _asked(environ: dict[str, Any], account: str) -> Asked | None:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    signature = requests.signed(environ)
    call = requests.call(environ, signature.service) if signature else None
    if signature is None or call is None:
        return None
    environ["wsgi.input"] = io.BytesIO(body)
    needed = enforcement._needed(call, Place(account, "aws", signature.region), {})
    named = {name[5:].replace("_", "-").title(): str(value) for name, value in environ.items() if name[:5] == "HTTP_"}
    headers = named | {"Content-Type": environ.get("CONTENT_TYPE", "")}
    actions = tuple(sorted({need.action for need in needed}))
    return Asked(call.operation, actions, environ["REQUEST_METHOD"], environ["RAW_URI"], headers, body)
