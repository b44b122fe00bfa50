"""Errors as the two APIs say them: through the product's own translation, so that code, problem and advice are real."""

import json
from collections.abc import Callable
from typing import Any

from attrs import frozen
from botocore import exceptions as e
from urllib3 import exceptions as u

from tasktool_infra.aws.answers import refusal
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.kube.answers import from_fault, from_response

HOST = "https://api.example.com"
NO_POOL: Any = None
NOBODY = Call("aws", "nobody")


@frozen
class Said:
    """An error that is told about the very call that meets it."""

    make: Callable[[Call], TasktoolError]

    def __call__(self, call: Call = NOBODY) -> TasktoolError:
        """Give the error."""
        return self.make(call)


def aws(code: str, said: str = "as AWS says", status: int = 400, **headers: str) -> Said:
    """Give an error as AWS answers it; headers are named with underscores."""
    meta: Any = {"HTTPStatusCode": status, "RequestId": "4b1d", "HTTPHeaders": headers}
    answer: Any = {"Error": {"Code": code, "Message": said}, "ResponseMetadata": meta}
    return Said(lambda call: refusal(e.ClientError(answer, call.operation), call.name, HOST))


def unanswered(make: Callable[[], Exception]) -> Said:
    """Give an error of AWS that never came to an answer, from what botocore raises."""
    return Said(lambda call: refusal(make(), call.name, HOST))


def silent(make: Callable[[], Exception]) -> Said:
    """Give an error of an API server that never came to an answer, from what urllib3 raises."""
    return Said(lambda call: from_fault(make(), call.name, HOST))


def kubernetes(status: int, reason: str, said: str, *causes: dict[str, str], **details: Any) -> Said:
    """Give an error as an API server answers it."""
    body = {
        "kind": "Status",
        "status": "Failure",
        "message": said,
        "reason": reason,
        "code": status,
        "details": {**details, "causes": list(causes)},
    }
    return Said(lambda call: from_response(status, json.dumps(body).encode(), call.name))


THROTTLED = aws("ThrottlingException", "Rate exceeded")
SLOW_DOWN = aws("SlowDown", "Please reduce your request rate.", 503)
BROKEN = aws("InternalError", "We encountered an internal error. Please try again.", 500)
UNAVAILABLE = aws("ServiceUnavailable", "The service is unavailable.", 503)
TIMED_OUT = unanswered(lambda: e.ReadTimeoutError(endpoint_url=HOST, error="Read timed out. (read timeout=30)"))
RESET = unanswered(lambda: e.ConnectionClosedError(endpoint_url=HOST))
NO_SUCH_HOST = unanswered(
    lambda: e.EndpointConnectionError(endpoint_url=HOST, error="Failed to resolve 'api.example.com'")
)
REFUSED = unanswered(lambda: e.EndpointConnectionError(endpoint_url=HOST, error="Connection refused"))
ABORTED = aws("OperationAborted", "A conflicting conditional operation is currently in progress.", 409)
EXPIRED = aws("ExpiredToken", "The provided token has expired.")
PRINCIPAL = aws("MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/coming"')
SIMULTANEOUSLY = aws(
    "LimitExceededException",
    "Subscriber limit exceeded: Only 10 tables can be created, updated, or deleted simultaneously",
)
KUBE_TIMED_OUT = silent(lambda: u.ReadTimeoutError(NO_POOL, "/", "Read timed out. (read timeout=30)"))
KUBE_RESET = silent(lambda: u.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer")))
KUBE_REFUSED = silent(lambda: u.MaxRetryError(NO_POOL, "/", u.NewConnectionError(NO_POOL, "Connection refused")))
KUBE_BUSY = kubernetes(429, "TooManyRequests", "too many requests, please try again later", retryAfterSeconds=1)
KUBE_DOWN = kubernetes(503, "ServiceUnavailable", "apiserver is shutting down")
KUBE_LEADER = kubernetes(500, "InternalError", "etcdserver: leader changed")


def denied(action: str) -> Said:
    """Give the denial of an action, in the words that IAM uses."""
    who = "User: arn:aws:iam::123456789012:user/dev"
    why = "because no identity-based policy allows the action"
    return aws("AccessDenied", f"{who} is not authorized to perform: {action} on the resource {why}", 403)
