"""The sandbox's Kubernetes without sockets and threads: the client of the product speaks to it in this process."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import define, field

from tasktool_infra.kube.connection import Connection
from tasktool_infra.sandbox.kubernetes import seeds
from tasktool_infra.sandbox.kubernetes.api import Api
from tasktool_infra.sandbox.kubernetes.controllers import Controllers
from tasktool_infra.sandbox.kubernetes.kinds import KINDS
from tasktool_infra.sandbox.kubernetes.messages import Request
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.store import Store
from tasktool_infra.sandbox.kubernetes.tokens import ServiceAccountTokens
from tests.crash.cloud import ENDPOINT, ISSUER
from tests.faults.stage import Stage

SLOW = 2.0
"""Seconds of the stage's time between looks of the controllers."""


@define(eq=False)
class Cluster:
    """A small cluster whose controllers live by the stage's clock."""

    stage: Stage
    api: Api = field(init=False)
    _controllers: Controllers = field(init=False)
    _looked: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        objects = Objects(Store())
        seeds.plant(objects)
        self._controllers = Controllers(objects, "ca")
        self._controllers.settle()
        self._looked = self.stage.time
        self.api = Api(objects, ServiceAccountTokens(ISSUER))

    def answer(self, method: str, url: str, headers: dict[str, str], body: Any) -> "Answered":
        """Answer a request, after the controllers have done what they would have by now."""
        if self.stage.time - self._looked > SLOW:
            self._looked = self.stage.time
            self._controllers.settle()
        parts = urlsplit(url)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        answer = self.api.answer(Request(method, unquote(parts.path), query, headers, data, "somebody"))
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        return Answered(answer.code, text.encode())

    def settle(self) -> None:
        """Let the controllers come to rest."""
        store, before = self.api.objects.store, -1
        while store.revision != before:
            before = store.revision
            self._controllers.settle()

    def call(self, method: str, path: str, body: Any = None, media: str = "application/json") -> Any:
        """Do what somebody does with kubectl; fails when it is refused."""
        headers = {"Content-Type": media, "User-Agent": "kubectl/1"}
        answer = self.answer(method, path, headers, body)
        content = json.loads(answer.data)
        assert answer.status < 300, content
        return content

    def everything(self) -> Iterator[Any]:
        """Give every object that stands, as the API lists it."""
        for kind in KINDS:
            if not kind.review:
                root = f"/apis/{kind.group}" if kind.group else "/api"
                listed = self.call("GET", f"{root}/{kind.version}/{kind.plural}")
                yield from ({"kind": kind.name, **item} for item in listed["items"])


@define
class Answered:
    """What the product takes for an answer of urllib3."""

    status: int
    data: bytes
    headers: dict[str, str] = field(factory=dict)


@define(eq=False)
class Pool:
    """What the product takes for urllib3's connections: its requests go to a cluster of this process."""

    cluster: Cluster

    def request(self, method: str, url: str, *, body: Any, headers: dict[str, str], **_: Any) -> Answered:
        """Send a request."""
        return self.cluster.answer(method, url, headers, None if body is None else body.encode())

    def clear(self) -> None:
        """Close nothing."""


def way_to(cluster: Cluster) -> Connection:
    """Give the way to a cluster of this process."""
    return Connection(host=ENDPOINT, agent="crash", pool=Pool(cluster))
