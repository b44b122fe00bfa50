"""AWS's STS on loopback, by TLS and under its real name, and aws-iam-authenticator as an independent judge of tokens.

Clients come by HTTPS_PROXY: the proxy answers CONNECT for the STS host, and goes on as that host on that connection.
"""

import json
import os
import ssl
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from tests.controlplane.build import program
from tests.controlplane.certificates import authority
from tests.controlplane.token_check import Caller, Refused, identity
from tests.controlplane.webhook import serving


@frozen(kw_only=True)
class Sts:
    """Where it is, and the requests that it got: path and answered status."""

    region: str
    callers: Mapping[str, Caller]
    proxy: str
    ca_path: Path
    requests: list[tuple[str, int]] = field(factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a client here that minds the usual variables."""
        ca = str(self.ca_path)
        return {"HTTPS_PROXY": self.proxy, "SSL_CERT_FILE": ca, "AWS_CA_BUNDLE": ca, "AWS_REGION": self.region}

    def answer(self, url: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and content for one GetCallerIdentity."""
        try:
            caller = identity(urlsplit(url), headers=headers, region=self.region, callers=self.callers)
        except Refused as refusal:
            return 403, {"Error": {"Code": "SignatureDoesNotMatch", "Message": str(refusal), "Type": "Sender"}}
        result = {"Account": caller.account, "Arn": caller.arn, "UserId": caller.user_id}
        return 200, {"GetCallerIdentityResponse": {"GetCallerIdentityResult": result}}


@contextmanager
def loopback_sts(*, region: str, callers: Iterable[Caller]) -> Iterator[Sts]:
    """Run it for a region; it knows these key pairs."""
    with (
        TemporaryDirectory(prefix="sts-") as folder,
        serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server,
    ):
        ca_path, known = Path(folder) / "ca.crt", {caller.access_key: caller for caller in callers}
        proxy = f"http://127.0.0.1:{server.server_port}"
        server.sts = Sts(region=region, callers=known, proxy=proxy, ca_path=ca_path)  # type: ignore[attr-defined]
        server.tls = tls(Path(folder), f"sts.{region}.amazonaws.com")  # type: ignore[attr-defined]
        yield server.sts  # type: ignore[attr-defined]


def tls(folder: Path, host: str) -> ssl.SSLContext:
    """Make certificates for a host; their CA is left in the folder."""
    ca = authority("loopback STS")
    certificate, key = ca.server(host)
    (folder / "ca.crt").write_bytes(ca.pem)
    (folder / "server.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


class Handler(BaseHTTPRequestHandler):
    """First the proxy, then the host that was asked for."""

    protocol_version = "HTTP/1.1"

    @property
    def sts(self) -> Sts:
        return self.server.sts  # type: ignore[attr-defined,no-any-return]

    def do_CONNECT(self) -> None:
        if self.path != f"sts.{self.sts.region}.amazonaws.com:443":
            self.send_error(403, f"no way to {self.path}")
            return
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)  # type: ignore[attr-defined]
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, body = self.sts.answer(f"https://{headers['host']}{self.path}", headers)
        self.sts.requests.append((self.path, status))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # after CONNECT it is no longer the one that the server closes

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


def judged(token: str, *, cluster: str, sts: Sts) -> dict[str, Any]:
    """Let aws-iam-authenticator verify a token for a cluster: the identity that it finds, or `Refused` in its words."""
    verdict = subprocess.run(
        [str(program("aws-iam-authenticator")), "verify", "-t", token, "-i", cluster, "-o", "json"],
        env={"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", **sts.environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if verdict.returncode:
        raise Refused(verdict.stderr)
    # Before the identity stands a warning that this is no EC2 instance, without a line break.
    found: dict[str, Any] = json.loads(verdict.stdout[verdict.stdout.index("{\n") :])
    return found
