"""What AWS answers, as recorded, and what sort of failure it is."""

from typing import Any

import pytest
from botocore import exceptions as e
from botocore.parsers import ResponseParserError

from tasktool_infra.aws.answers import may_have_ended, refusal
from tasktool_infra.aws.retries import TABLE
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, Problem, TasktoolError

HOST = "https://dynamodb.ap-northeast-1.amazonaws.com"
D, F, R, U = Problem.DENIED, Problem.FAILED, Problem.REFUSED, Problem.UNREACHABLE


def client_error(code: str, said: str = "as AWS says", status: int = 400) -> e.ClientError:
    meta: Any = {"HTTPStatusCode": status, "RequestId": "4b1d"}
    return e.ClientError({"Error": {"Code": code, "Message": said}, "ResponseMetadata": meta}, "DescribeTable")


@pytest.mark.parametrize(
    ("code", "said", "problem", "hint"),
    [
        ("ResourceNotFoundException", "not found", F, ""),
        ("AccessDeniedException", "is not authorized to perform: dynamodb:DescribeTable", D, "allows this action"),
        ("AccessDenied", "Access Denied", D, "allows this action"),
        ("ExpiredTokenException", "The security token is expired", D, "aws sso login"),
        ("InvalidClientTokenId", "The security token is invalid", D, "does not know this access key"),
        ("RequestExpired", "Request has expired", D, "Renew"),
        ("BucketAlreadyExists", "The requested bucket name is not available", F, "set another"),
        ("LimitExceeded", "Cannot exceed quota for PoliciesPerAccount: 1500", F, "quota raised"),
        ("RequestTimeTooSkewed", "The difference is too large", D, "clock is wrong"),
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than", D, "clock is wrong"),
        ("SignatureDoesNotMatch", "Signature not yet current: 20270101T000000Z", D, "clock is wrong"),
        ("SignatureDoesNotMatch", "The request signature we calculated does not match", D, "secret key does not fit"),
    ],
)
def test_an_answer_keeps_code_and_words_and_says_what_to_do(code: str, said: str, problem: Problem, hint: str) -> None:
    error = refusal(client_error(code, said), "dynamodb.describe_table", HOST)
    assert isinstance(error, ApiError)
    assert (error.code, error.said, error.problem, error.status) == (code, said, problem, 400)
    assert hint in error.next_step
    assert error.message == f"dynamodb.describe_table: {code}: {said} (request 4b1d)"
    assert error.answered


@pytest.mark.parametrize(
    "said",
    [
        "[Errno 2] No such file or directory",
        "[Errno 21] Is a directory",
        "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found (_ssl.c:4154)",
    ],
)
def test_a_bundle_that_cannot_be_read_is_told_at_once(said: str) -> None:
    error = refusal(e.SSLError(endpoint_url=HOST, error=said), "dynamodb.describe_table", HOST)
    assert isinstance(error, ApiError)
    assert "AWS_CA_BUNDLE" in error.next_step
    assert "hold PEM" in error.next_step
    assert TABLE.find(Call("dynamodb", "describe_table"), error, written=False) is None


@pytest.mark.parametrize(
    ("call", "problem", "hint", "ended"),
    [
        ("s3.head_bucket", D, "temporary credentials have ended", True),
        ("dynamodb.describe_table", F, "may not be from AWS", False),
    ],
)
def test_an_answer_without_a_reason_is_told_as_that(call: str, problem: Problem, hint: str, ended: bool) -> None:
    error = refusal(client_error("400", "Bad Request"), call, HOST)
    assert (error.problem, may_have_ended(error)) == (problem, ended)
    assert hint in error.next_step


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (e.ReadTimeoutError(endpoint_url=HOST, error="read timed out"), "Timeout"),
        (e.ConnectionClosedError(endpoint_url=HOST, error="closed"), "Reset"),
        (e.ResponseStreamingError(error="broken"), "Reset"),
        (e.IncompleteReadError(actual_bytes=1, expected_bytes=2), "Reset"),
        (e.HTTPClientError(error="odd"), "Reset"),
        (ResponseParserError("Unable to parse response"), "Unreadable"),
        (e.ConnectTimeoutError(endpoint_url=HOST, error="late"), "ConnectTimeout"),
        (e.EndpointConnectionError(endpoint_url=HOST, error="refused"), "Unreachable"),
        (e.ProxyConnectionError(proxy_url="http://proxy", error="refused"), "Unreachable"),
        (e.SSLError(endpoint_url=HOST, error="handshake failure"), "Unreachable"),
    ],
)
def test_no_answer_has_its_code_and_names_the_host(fault: Exception, code: str) -> None:
    error = refusal(fault, "dynamodb.describe_table", HOST)
    assert isinstance(error, ApiError)
    assert (error.code, error.problem, error.answered) == (code, U, False)
    assert HOST in error.message
    assert HOST in error.next_step


def test_a_host_that_nobody_vouches_for_is_not_tried_again() -> None:
    error = refusal(e.SSLError(endpoint_url=HOST, error="certificate verify failed"), "sts.get_caller_identity", HOST)
    assert isinstance(error, ApiError)
    assert (error.code, error.problem) == ("Untrusted", U)
    assert "AWS_CA_BUNDLE" in error.next_step
    assert TABLE.find(Call("sts", "get_caller_identity"), error, written=True) is None


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (e.NoCredentialsError(), "Check AWS_PROFILE"),
        (e.PartialCredentialsError(provider="env", cred_var="aws_secret_access_key"), "Check AWS_PROFILE"),
        (e.ProfileNotFound(profile="stale"), "Check AWS_PROFILE"),
        (e.ConfigParseError(path="~/.aws/config", error="line 3"), "Check AWS_PROFILE"),
        (e.CredentialRetrievalError(provider="process", error_msg="exit 1"), "Check AWS_PROFILE"),
        (e.UnauthorizedSSOTokenError(), "aws sso login"),
        (e.SSOTokenLoadError(error_msg="no cache"), "aws sso login"),
        (e.TokenRetrievalError(provider="sso", error_msg="expired"), "aws sso login"),
    ],
)
def test_credentials_that_cannot_be_had_are_a_denial(fault: Exception, hint: str) -> None:
    error = refusal(fault, "aws configuration")
    assert (error.problem, hint in error.next_step) == (D, True)
    assert isinstance(error, ApiError)
    assert error.code == type(fault).__name__


def test_what_we_did_wrong_is_not_blamed_on_credentials() -> None:
    for fault in (AttributeError("no such operation"), e.UnknownServiceError(service_name="x", known_service_names=[])):
        error = refusal(fault, "dynamodb.describe_tabel")
        assert error.problem is F
        assert type(fault).__name__ in error.message


def test_bad_parameters_and_a_missing_region_are_refused() -> None:
    assert refusal(e.ParamValidationError(report="Invalid length"), "s3.create_bucket").problem is R
    error = refusal(e.NoRegionError(), "s3")
    assert (error.problem, error.message) == (R, "No region is known.")
    assert "AWS_REGION" in error.next_step


def test_what_is_ours_already_stays_as_it_is() -> None:
    ours = TasktoolError("as it was")
    assert refusal(ours, "x") is ours
