"""The limit of calls a second that throttles what comes faster."""

import pytest

from tests.faults.passed import Passed
from tests.faults.rate import Rate


def call(service: str) -> Passed:
    return Passed("POST", "/", "", "", service)


def test_what_comes_faster_is_throttled_for_each_service_by_itself() -> None:
    seconds = [0.0]
    rate = Rate(per_second=2, burst=3, now=lambda: seconds[0])
    assert [rate(call("iam")) is None for _ in range(5)] == [True, True, True, False, False]
    assert rate(call("ecr")) is None
    seconds[0] = 1.0
    assert [rate(call("iam")) is None for _ in range(3)] == [True, True, False]
    assert rate.throttled == 3
    seconds[0] = 1000.0
    assert [rate(call("iam")) is None for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("service", "status", "code"),
    [("s3", 503, b"SlowDown"), ("iam", 400, b"Throttling<"), ("dynamodb", 400, b"ThrottlingException")],
)
def test_each_service_says_it_in_its_own_words(service: str, status: int, code: bytes) -> None:
    answer = Rate(per_second=1, burst=0)(call(service))
    assert answer is not None
    assert answer.status == status
    assert code in answer.body
