"""What Kubernetes answers, as recorded from a real API server, and the codes that it means."""

import json
from typing import Any

import pytest
import urllib3.exceptions as e

from tasktool_infra.engine.errors import Problem
from tasktool_infra.kube.answers import from_fault, from_response


def status(reason: str = "", message: str = "", **details: Any) -> bytes:
    answer = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "details": details}
    return json.dumps({**answer, "reason": reason} if reason else answer).encode()


TYPED = (
    "failed to create typed patch object (example/web; apps/v1, Kind=Deployment): .spec.x: field not declared in schema"
)


@pytest.mark.parametrize(
    ("number", "body", "code"),
    [
        (404, status("NotFound", 'serviceaccounts "a" not found', name="a", kind="serviceaccounts"), "NotFound"),
        (404, status("NotFound", 'namespaces "a" not found', name="a", kind="namespaces"), "NamespaceNotFound"),
        (404, status("NotFound", "the server could not find the requested resource"), "KindNotFound"),
        (404, b"404 page not found\n", "KindNotFound"),
        (403, status("Forbidden", "is forbidden: User cannot patch", name="a", kind="serviceaccounts"), "Forbidden"),
        (
            403,
            status("Forbidden", "being terminated", causes=[{"reason": "NamespaceTerminating"}]),
            "NamespaceTerminating",
        ),
        (500, status("", TYPED), "FieldNotDeclared"),
        (500, status("InternalError", 'failed calling webhook "x"', causes=[{"message": "x"}]), "WebhookFailed"),
        (500, status("InternalError", "etcdserver: leader changed"), "InternalError"),
        (409, status("Conflict", "Apply failed with 1 conflict", causes=[{"field": ".metadata"}]), "Conflict"),
        (409, status("Conflict", "Apply failed", causes=[{"reason": "FieldManagerConflict"}]), "FieldManagerConflict"),
        (422, status("Invalid", "spec.selector: field is immutable"), "Immutable"),
        (422, status("Invalid", "must be between 1 and 65535"), "Invalid"),
        (
            422,
            status("Invalid", "ValidatingAdmissionPolicy 'x' with binding 'x' denied request: no"),
            "RejectedByPolicy",
        ),
        (403, status("Forbidden", 'admission webhook "x" denied the request: no'), "RejectedByPolicy"),
        (401, status("Unauthorized", "Unauthorized"), "Unauthorized"),
        (429, b"Too many requests, please try again later.\n", "429"),
        (503, b"", "503"),
        (502, b"<html>Bad Gateway</html>", "502"),
        (500, b'["no", "object"]', "500"),
    ],
)
def test_each_answer_has_its_code(number: int, body: bytes, code: str) -> None:
    error = from_response(number, body, "kubernetes.get")
    assert (error.code, error.status) == (code, number)
    assert error.answered


def test_denials_are_denied_and_say_what_to_do() -> None:
    error = from_response(401, status("Unauthorized", "Unauthorized"), "kubernetes.get")
    assert error.problem is Problem.DENIED
    assert "access entry" in error.next_step
    assert from_response(403, status("Forbidden", "no"), "kubernetes.get").problem is Problem.DENIED


def test_what_is_said_is_cut_and_readable() -> None:
    error = from_response(502, b"x" * 5000 + b"\xff", "kubernetes.get")
    assert len(error.said) == 300


POOL: Any = None


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (e.MaxRetryError(POOL, "/", e.NameResolutionError("host", POOL, OSError("unknown"))), "NoSuchHost"),  # type: ignore[arg-type]
        (e.MaxRetryError(POOL, "/", e.ConnectTimeoutError("late")), "ConnectTimeout"),
        (e.MaxRetryError(POOL, "/", e.NewConnectionError(POOL, "refused")), "Unreachable"),
        (e.MaxRetryError(POOL, "/", e.SSLError("certificate verify failed")), "Untrusted"),
        (e.MaxRetryError(POOL, "/", e.SSLError("handshake failure")), "Unreachable"),
        (e.MaxRetryError(POOL, "/", e.ProxyError("no", OSError())), "Unreachable"),
        (e.ReadTimeoutError(POOL, "/", "read timed out"), "Timeout"),
        (e.ProtocolError("Connection aborted."), "Reset"),
        (ValueError("no JSON"), "Reset"),
    ],
)
def test_no_answer_has_its_code_and_names_the_host(fault: Exception, code: str) -> None:
    error = from_fault(fault, "kubernetes.get", "https://cluster.example")
    assert error.code == code
    assert error.problem is Problem.UNREACHABLE
    assert not error.answered
    assert "https://cluster.example" in error.message
    assert "https://cluster.example" in error.next_step


def test_a_hint_wins_over_the_general_advice() -> None:
    assert from_fault(OSError(), "kubernetes.get", "https://x", "Ask for access.").next_step == "Ask for access."
