"""What a Kubernetes API server answers, turned into the engine's errors with exact codes.

One HTTP status has several meanings: a 404 can be about the object, its namespace or its kind; a 403 can be about
rights or about a namespace that is going.
"""

import json
import re
from typing import Any

from tasktool_infra.engine.errors import UNTRUSTED, ApiError, Problem

NO_OBJECT, NO_NAMESPACE, NO_KIND = "NotFound", "NamespaceNotFound", "KindNotFound"
TERMINATING, CONFLICT, UNDECLARED = "NamespaceTerminating", "Conflict", "FieldNotDeclared"
UNAUTHORIZED, FORBIDDEN, INVALID = "Unauthorized", "Forbidden", "Invalid"
CONTESTED, IMMUTABLE, REJECTED, WEBHOOK = "FieldManagerConflict", "Immutable", "RejectedByPolicy", "WebhookFailed"

_NEXT = {
    UNAUTHORIZED: "The cluster does not know this caller: it needs an EKS access entry or an entry in aws-auth.",
    FORBIDDEN: "Ask for a Role that allows this (permissions.py prints all that a command needs), then run again.",
    UNDECLARED: "Correct the manifest: the field does not exist in this version of the kind.",
    INVALID: "Correct the manifest, then run again.",
    IMMUTABLE: "It can't be changed in place: delete the object by hand, then run again to have it made anew.",
    REJECTED: "Change what the policy of the cluster does not allow, or ask whoever keeps that policy.",
    CONTESTED: "Somebody else has changed this since the plan. Run again: the plan then shows what is taken over.",
    WEBHOOK: "Look at the program behind this webhook: the cluster lets nothing pass without its answer.",
}
ANOTHER = (
    "Another certificate authority than the cluster's stands behind what {host} shows. A proxy that opens TLS can't be"
    " used with it: take the host out by NO_PROXY. If the cluster was made anew, renew the kubeconfig."
)
# Compiled when first needed: most runs are never refused, and every run starts.
_DENIED = r"denied (the )?request"
_CALLED = r"failed calling webhook|conversion webhook .* failed"
_UNCHANGEABLE = r"immutable|may not be changed|updates to \S+ spec for fields other than|cannot change roleRef"


def from_response(status: int, body: bytes, call: str) -> ApiError:
    """Give the engine's error for an answer that is not a success."""
    answer = _status(body)
    said = str(answer.get("message") or body[:300].decode(errors="replace").strip())
    code = _code(status, answer, said)
    denied = code in (UNAUTHORIZED, FORBIDDEN)
    return ApiError(
        code,
        said,
        call=call,
        status=status,
        detail=answer,
        problem=Problem.DENIED if denied else Problem.FAILED,
        next_step=_NEXT.get(code, ""),
    )


def read(body: bytes) -> dict[str, Any]:
    """Give the object that an answer is; raises ValueError for all else, which is of somebody in between."""
    try:
        answer = json.loads(body)
    except RecursionError as error:
        raise ValueError(str(error)) from error
    if not isinstance(answer, dict):
        raise ValueError(f"an object was expected, not {type(answer).__name__}")  # noqa: TRY004 - it is about the text
    return answer


def _status(body: bytes) -> dict[str, Any]:
    """Give the Status that an answer is, with details that have causes, as far as there are any."""
    try:
        answer = read(body)
    except ValueError:
        return {}
    found = answer.get("details")
    details = found if isinstance(found, dict) else {}
    listed = details.get("causes")
    causes = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {**answer, "details": {**details, "causes": causes}}


def _code(status: int, answer: dict[str, Any], said: str) -> str:  # one row for each meaning
    details = answer.get("details", {})
    causes = details.get("causes", ())
    if status == 404:  # noqa: PLR2004
        return _missing(details)
    if status == 403 and any(cause.get("reason") == TERMINATING for cause in causes):  # noqa: PLR2004
        return TERMINATING
    if status == 409 and any(cause.get("reason") == CONTESTED for cause in causes):  # noqa: PLR2004
        return CONTESTED
    if status == 500 and "failed to create typed patch object" in said:  # noqa: PLR2004
        return UNDECLARED
    if status == 500 and re.search(_CALLED, said):  # noqa: PLR2004
        return WEBHOOK
    return _judged(status, str(answer.get("reason") or status), said)


def _judged(status: int, reason: str, said: str) -> str:
    """Give the code of what was understood and yet not taken."""
    if status < 500 and re.search(_DENIED, said):  # noqa: PLR2004
        return REJECTED
    return IMMUTABLE if reason == INVALID and re.search(_UNCHANGEABLE, said) else reason


def _missing(details: dict[str, Any]) -> str:
    # Without a name, it is not the object that is missing but what it would be: the API group, version or plural.
    if not details.get("name"):
        return NO_KIND
    return NO_NAMESPACE if details.get("kind") == "namespaces" else NO_OBJECT


def from_fault(error: Exception, call: str, host: str, hint: str = "") -> ApiError:
    """Give the engine's error when there was no answer (an exception of urllib3, or the client's for TLS).

    ``hint`` is what is known of why the host may not be reached.
    """
    import urllib3.exceptions as e

    cause = error.reason if isinstance(error, e.MaxRetryError) and error.reason else error
    if "certificate verify failed" in str(cause):
        code, hint = UNTRUSTED, ANOTHER.format(host=host)
    elif isinstance(cause, e.NameResolutionError):
        code = "NoSuchHost"
    elif isinstance(cause, e.NewConnectionError | e.ProxyError | e.SSLError) or "SSL" in str(cause):
        # A refused connection counts as a kind of ConnectTimeoutError with urllib3, so it is asked about first.
        code = "Unreachable"
    elif isinstance(cause, e.ConnectTimeoutError):
        code = "ConnectTimeout"
    else:
        code = "Timeout" if isinstance(cause, e.TimeoutError) else "Reset"
    told = f"{cause.args[0]}: {cause.original_error}" if isinstance(cause, e.ProxyError) else cause
    return ApiError(
        code,
        f"{host}: {told}",
        call=call,
        problem=Problem.UNREACHABLE,
        next_step=hint or f"Check that {host} can be reached from here: network, VPN, proxy.",
    )
