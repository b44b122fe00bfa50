"""A clock that is wrong: told as that, with how wrong it is, and never blamed on keys or rights."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tasktool_infra.aws.skew import advice
from tasktool_infra.engine.errors import ApiError, Problem
from tests.faults.said import aws

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
SKEW = "The difference between the request time and the current time is too large."
EXPIRED = "Signature expired: 20260701T120000Z is now earlier than 20260701T121500Z (20260701T122000Z - 5 min.)"
WRONG = "The request signature we calculated does not match the signature you provided."


def dated(minutes: float) -> dict[str, str]:
    """Give the headers of an AWS whose clock is so many minutes ahead of ours."""
    return {"date": format_datetime(NOW + timedelta(minutes=minutes), usegmt=True)}


@pytest.mark.parametrize(
    ("code", "said", "minutes", "tells"),
    [
        ("RequestTimeTooSkewed", SKEW, 20, "20 minutes behind"),
        ("RequestTimeTooSkewed", SKEW, -20, "20 minutes ahead of"),
        ("SignatureDoesNotMatch", EXPIRED, 20, "20 minutes behind"),
        ("SignatureDoesNotMatch", WRONG, 9 * 60, "9 hours behind"),
        ("InvalidSignatureException", EXPIRED, 6, "6 minutes behind"),
        ("403", "Forbidden", 20, "20 minutes behind"),
        ("SignatureDoesNotMatch", EXPIRED, 0, "clock is wrong"),
    ],
)
def test_the_clock_is_told_with_its_error(code: str, said: str, minutes: float, tells: str) -> None:
    assert tells in advice(code, said, dated(minutes), NOW)
    assert "timedatectl" in advice(code, said, dated(minutes), NOW)


@pytest.mark.parametrize(
    ("code", "said", "headers"),
    [
        ("SignatureDoesNotMatch", WRONG, dated(1)),
        ("SignatureDoesNotMatch", WRONG, {}),
        ("SignatureDoesNotMatch", WRONG, {"date": "yesterday"}),
        ("403", "Forbidden", dated(0)),
        ("AccessDenied", "Access Denied", dated(60)),
        ("ThrottlingException", "Rate exceeded", dated(60)),
    ],
)
def test_a_clock_that_is_not_at_fault_is_not_blamed(code: str, said: str, headers: dict[str, str]) -> None:
    assert advice(code, said, headers, NOW) == ""


def test_an_answer_of_aws_is_dated() -> None:
    late = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)
    error = aws("SignatureDoesNotMatch", WRONG, 403, date=late)()
    assert isinstance(error, ApiError)
    assert error.problem is Problem.DENIED
    assert "clock is 30 minutes behind" in error.next_step
