"""HTTP around the API: reads requests, writes answers, streams watches."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tasktool_infra.sandbox.kubernetes import errors
from tasktool_infra.sandbox.kubernetes.api import OPEN
from tasktool_infra.sandbox.kubernetes.messages import Answer, Request

if TYPE_CHECKING:
    from tasktool_infra.sandbox.kubernetes.server import HttpsServer

LARGEST = 3 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart: an answer would wait 40 ms for an acknowledgement
    timeout = 600
    server: "HttpsServer"

    def setup(self) -> None:
        """Make the TLS handshake here, in the connection's thread, so that a silent client holds up nobody."""
        self.request = self.server.secure(self.request)
        super().setup()

    def finish(self) -> None:
        """Close the connection: the server knows only the socket that TLS took over."""
        try:
            super().finish()
        finally:
            self.request.close()

    def do_GET(self) -> None:
        """Answers any request."""
        self.server.activity()
        url = urlsplit(self.path)
        user = self.server.authenticator.user(self.headers.get("Authorization", ""))
        size = self.headers.get("Content-Length") or "0"
        if not (size.isascii() and size.isdecimal()):
            self._hang_up(errors.bad_request(f"the length {size} is no number"))
            return
        if int(size) > LARGEST:
            self._hang_up(errors.ApiError(413, "RequestEntityTooLarge", "the request is too large"))
            return
        body = self.rfile.read(int(size))
        anonymous = "Authorization" not in self.headers and url.path in OPEN
        if user is None and not anonymous:
            self._send(Answer(errors.unauthorized().status, 401))
            return
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        path = unquote(url.path).rstrip("/")
        request = Request(self.command, path, query, dict(self.headers.items()), body, user or "system:anonymous")
        self._send(self._answer(request))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names are the base class's

    def _hang_up(self, error: errors.ApiError) -> None:
        """Answer with an error, and end the connection: where the next request begins, nobody knows."""
        self.close_connection = True
        self._send(Answer(error.status, error.code))

    def _answer(self, request: Request) -> Answer:
        try:
            return self.server.api.answer(request)
        except Exception as error:  # noqa: BLE001 - one failed answer must not end the connection
            self.log_error("%s %s: %r", request.method, request.path, error)
            return Answer(errors.ApiError(500, "InternalError", f"the sandbox failed: {error!r}").status, 500)

    def _send(self, answer: Answer) -> None:
        if isinstance(answer.body, Iterator):
            self._stream(answer.body)
            return
        text = isinstance(answer.body, str)
        data = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode() + b"\n"
        self.send_response(answer.code)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if text else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, values: Iterator[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for value in values:
            self.server.activity()
            line = json.dumps(value).encode() + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: the log is for failures."""
