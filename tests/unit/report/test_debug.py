"""What --debug writes, and what it must not."""

import io
import logging

import pytest

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.events import Called
from tasktool_infra.report.debug import SCRUBBER, listen, trace

PLANTED = "PLANTEDsecretVALUE123"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {PLANTED}",
        f"{{'Authorization': 'AWS4-HMAC-SHA256 Credential=AKIA1234567890123456/x, Signature={PLANTED}'}}",
        f"X-Amz-Security-Token={PLANTED}&x=1",
        f'"SecretAccessKey": "{PLANTED}"',
        f"aws_secret_access_key = {PLANTED}",
        f"token: {PLANTED}",
        f"k8s-aws-v1.{PLANTED}",
        f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----",
        f"eyJhbGciOiJSUzI1NiJ9.{PLANTED}.{PLANTED}",
        f"password='{PLANTED}'",
    ],
)
def test_what_looks_like_a_secret_is_not_written(text: str) -> None:
    assert PLANTED not in SCRUBBER(text)


@pytest.mark.parametrize(
    "text",
    ["arn:aws:iam::123456789012:role/app/TaskService", "GET /clusters/mz-k8s HTTP/1.1 200", "dynamodb_table.tasks"],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert SCRUBBER(text) == text


def test_a_call_is_written_with_all_that_helps_and_without_secrets() -> None:
    out = io.StringIO()
    manifest = {"kind": "ConfigMap", "data": {"DB_PASSWORD": PLANTED, "TZ": "Asia/Tokyo"}}
    call = Call("kubernetes", "apply", {"manifest": manifest})
    error = ApiError("Invalid", f"token={PLANTED} is bad", call=call.name, status=422, request_id="r-9")
    log = listen(out)
    log(Called(at=1.0, call=call, seconds=0.25, error=error, request_id="r-9"))
    log.close()
    said = out.getvalue()
    assert PLANTED not in said
    assert said.startswith("call: kubernetes.apply ")
    for part in ("Asia/Tokyo", "422 Invalid", "0.250 s", "request r-9"):
        assert part in said


def test_the_libraries_log_is_written_without_secrets_and_goes_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    out = io.StringIO()
    log = listen(out, {"AWS_SECRET_ACCESS_KEY": "the-shells-own"})
    logging.getLogger("botocore.credentials").debug("it is the-shells-own")
    logging.getLogger("urllib3.connectionpool").debug("GET /?X-Amz-Security-Token=%s 200", PLANTED)
    log.close()
    logging.getLogger("urllib3.connectionpool").debug("after")
    assert out.getvalue().splitlines() == [
        "botocore.credentials: it is (not shown)",
        "urllib3.connectionpool: GET /?X-Amz-Security-Token=(not shown) 200",
    ]
    assert caplog.records == []


def deep() -> None:
    raise KeyError(f"password={PLANTED}")


def test_a_traceback_names_the_cause_and_no_secret() -> None:
    with pytest.raises(KeyError) as caught:
        deep()
    outer = ValueError("outer")
    outer.__cause__ = caught.value
    said = trace(outer)
    assert "ValueError: outer" in said
    assert "KeyError" in said
    assert PLANTED not in said
