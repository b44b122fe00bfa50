"""The token webhook of a cluster: the API server asks it who a bearer token is from, as EKS asks AWS."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Thread
from typing import Any

from attrs import field, frozen

from tests.controlplane.token_check import Caller, Refused, check


@frozen(kw_only=True)
class Webhook:
    """Where it listens, and what it knows: a test may map more callers, or read why tokens were refused."""

    cluster: str
    region: str
    callers: dict[str, Caller]
    refusals: list[str] = field(factory=list)
    url: str = ""

    def review(self, review: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a TokenReview."""
        return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": self.status(review)}

    def status(self, review: Mapping[str, Any]) -> dict[str, Any]:
        """Tell who it is; nobody when the token is bad or its owner is not mapped into the cluster."""
        token = str(review["spec"]["token"])
        try:
            caller = check(token, cluster=self.cluster, region=self.region, callers=self.callers)
            if not caller.username:
                raise Refused(f"{caller.arn} is not mapped into the cluster")  # noqa: TRY301
        except Refused as refusal:
            self.refusals.append(str(refusal))
            return {"authenticated": False, "error": str(refusal)}
        extra = {"arn": [caller.arn], "accessKeyId": [caller.access_key]}
        user = {"username": caller.username, "uid": caller.user_id, "groups": list(caller.groups), "extra": extra}
        return {"authenticated": True, "user": user}


@contextmanager
def webhook(*, cluster: str, region: str, callers: Iterable[Caller]) -> Iterator[Webhook]:
    """Run a webhook on loopback."""
    known = {caller.access_key: caller for caller in callers}
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        hook = Webhook(cluster=cluster, region=region, callers=known, url=f"http://127.0.0.1:{server.server_port}/")
        server.hook = hook  # type: ignore[attr-defined]
        yield hook


@contextmanager
def serving(server: HTTPServer) -> Iterator[HTTPServer]:
    """Run a server in a thread, closed afterwards."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """TokenReviews in, TokenReviews out."""

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = json.dumps(self.server.hook.review(review)).encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""
