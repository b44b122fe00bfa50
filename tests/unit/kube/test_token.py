"""The token of EKS: what is in it, and when it is made anew."""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError

from tasktool_infra.engine.errors import ApiError, Problem
from tasktool_infra.kube.token import LIFETIME, PREFIX, EksTokens, StaticToken, eks_token

KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def decoded(token: str) -> str:
    body = token.removeprefix(PREFIX)
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def asked(token: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(decoded(token)).query).items()}


def test_a_token_is_a_presigned_question_for_who_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    token = eks_token(KEYS, cluster="mz-k8s", region="ap-northeast-1")
    query = asked(token)
    assert decoded(token).startswith("https://sts.ap-northeast-1.amazonaws.com/?")
    assert token.startswith("k8s-aws-v1.")
    assert "=" not in token
    assert query["Action"] == "GetCallerIdentity"
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert query["X-Amz-Expires"] == "60"
    assert query["X-Amz-Credential"].startswith("AKIAIOSFODNN7EXAMPLE/")


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "us-east-1", "sts.us-east-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
    ],
)
def test_the_regional_sts_of_the_partition_is_asked(partition: str, region: str, host: str) -> None:
    token = eks_token(KEYS, cluster="c", region=region, partition=partition)
    assert urlsplit(decoded(token)).hostname == host


def test_session_credentials_bring_their_token() -> None:
    session = Credentials("AKIA", "secret", "of-the-session")
    token = eks_token(session, cluster="c", region="us-east-1")
    assert asked(token)["X-Amz-Security-Token"] == "of-the-session"


class Ending:
    """Credentials that renew themselves, as botocore's do."""

    def __init__(self, ends: float | None = None) -> None:
        self.asked = 0
        if ends is not None:
            self._expiry_time = datetime.fromtimestamp(ends, UTC)

    def get_frozen_credentials(self) -> Any:
        self.asked += 1
        return Credentials(f"AKIA{self.asked}", "secret").get_frozen_credentials()


class Time:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def tokens(credentials: Ending, now: Time) -> EksTokens:
    return EksTokens(lambda: credentials, cluster="mz-k8s", region="us-east-1", now=now)


def test_a_token_is_kept_until_a_minute_before_its_end() -> None:
    now = Time()
    made = tokens(Ending(), now)
    first = made.current()
    now.now += LIFETIME - 1
    assert made.current() == first
    now.now += 2
    assert made.current() != first


def test_a_token_is_not_kept_beyond_the_credentials() -> None:
    now = Time()
    credentials = Ending(ends=now.now + 100)
    made = tokens(credentials, now)
    first = made.current()
    now.now += 99
    assert made.current() == first
    now.now += 2
    assert made.current() != first


def test_a_rejected_token_is_replaced_once_for_all_who_hold_it() -> None:
    made = tokens(Ending(), Time())
    first = made.current()
    assert made.renew(first)
    second = made.current()
    assert made.renew(first)
    assert made.current() == second


def test_credentials_that_cannot_be_renewed_are_a_denial_with_a_next_step() -> None:
    class Ended(Ending):
        def get_frozen_credentials(self) -> Any:
            raise CredentialRetrievalError(provider="sso", error_msg="expired")

    with pytest.raises(ApiError, match="expired") as raised:
        tokens(Ended(), Time()).current()
    assert raised.value.problem is Problem.DENIED
    assert "aws sso login" in raised.value.next_step


def test_a_static_token_is_what_it_is_and_shown_to_nobody() -> None:
    token = StaticToken("secret-token")
    assert token.current() == "secret-token"
    assert not token.renew("secret-token")
    assert "secret" not in repr(token)
    made = EksTokens(lambda: KEYS, cluster="c", region="us-east-1")
    assert made.current() not in repr(made)
    assert "wJalr" not in repr(made)
