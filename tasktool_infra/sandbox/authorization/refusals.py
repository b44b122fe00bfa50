"""What AWS answers when it refuses, in the form of each protocol.

Source: IAM user guide, "Troubleshoot access denied error messages"; the common errors in the API references of the
services; boto's parsers, which read these forms.
"""

import json
import secrets
from xml.sax.saxutils import escape

from attrs import frozen

from tasktool_infra.aws.authorization.evaluation import Outcome, Verdict
from tasktool_infra.aws.authorization.rule import Need

JSON, REST_JSON, QUERY, REST_XML = "json", "rest-json", "query", "rest-xml"


@frozen
class Refusal:
    """An error: its code in the query protocol, what it says, the HTTP status there."""

    code: str
    message: str
    status: int = 403


@frozen
class Answer:
    """A refusal as it goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


EXPIRED = Refusal("ExpiredToken", "The security token included in the request is expired")
INVALID = Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")
_CODES = {
    (JSON, "ExpiredToken"): "ExpiredTokenException",
    (REST_JSON, "ExpiredToken"): "ExpiredTokenException",
    (JSON, "InvalidClientTokenId"): "UnrecognizedClientException",
    (REST_JSON, "InvalidClientTokenId"): "UnrecognizedClientException",
    (REST_XML, "InvalidClientTokenId"): "InvalidAccessKeyId",
    (JSON, "AccessDenied"): "AccessDeniedException",
    (REST_JSON, "AccessDenied"): "AccessDeniedException",
}
_WHY = {
    Outcome.DENIED: "with an explicit deny in an identity-based policy",
    Outcome.NOT_ALLOWED: "because no identity-based policy allows the {action} action",
    Outcome.OUT_OF_BOUNDS: "because no permissions boundary allows the {action} action",
}
SESSION = "because no session policy allows the {action} action"


def denial(caller: str, need: Need, verdict: Verdict, *, service: str, session: bool = False) -> Refusal:
    """Give AWS's words for a verdict; ``session`` says that the session's own policy was judged."""
    reason = (SESSION if session else _WHY[verdict.outcome]).format(action=need.action)
    resource = f'"{need.resource}"' if service == "s3" else need.resource
    said = f"User: {caller} is not authorized to perform: {need.action} on resource: {resource} {reason}"
    return Refusal("AccessDenied", said)


def answer(refusal: Refusal, protocol: str) -> Answer:
    """Give a refusal as a client of the protocol reads it."""
    code = _CODES.get((protocol, refusal.code), refusal.code)
    identity = secrets.token_hex(16)
    if protocol in (JSON, REST_JSON):
        body = json.dumps({"__type": code, "Message" if protocol == JSON else "message": refusal.message})
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": code, "x-amzn-RequestId": identity}
        return Answer(400 if protocol == JSON else refusal.status, headers, body.encode())
    inner = f"<Code>{code}</Code><Message>{escape(refusal.message)}</Message>"
    request = f"<RequestId>{identity}</RequestId>"
    if protocol == REST_XML:
        body = f"<Error>{inner}{request}</Error>"
    else:
        body = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>{request}</ErrorResponse>"
    declared = f'<?xml version="1.0" encoding="UTF-8"?>{body}'
    return Answer(refusal.status, {"Content-Type": "text/xml"}, declared.encode())
