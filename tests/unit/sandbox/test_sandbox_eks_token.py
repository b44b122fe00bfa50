"""EKS tokens: good ones, and each sort of bad one."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from tasktool_infra.sandbox.kubernetes.eks_token import CLUSTER_HEADER, PREFIX, TokenError, verify
from tasktool_infra.sandbox.kubernetes.server import running
from tests.unit.sandbox.conftest import connect

KEY, SECRET, CLUSTER = "AKIAEXAMPLE", "secret/+", "mz-k8s"
URL = "https://sts.ap-northeast-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"


def token(
    url: str = URL,
    *,
    access_key: str = KEY,
    cluster: str | None = CLUSTER,
    secret: str = SECRET,
    session: str | None = None,
    region: str = "ap-northeast-1",
    expires: int = 60,
    change: Callable[[str], str] = lambda url: url,
) -> str:
    """Make a token signed by botocore, as the AWS CLI does it."""
    credentials = botocore.credentials.Credentials(access_key, secret, session)
    headers = {} if cluster is None else {CLUSTER_HEADER: cluster}
    request = botocore.awsrequest.AWSRequest("GET", url, headers)
    botocore.auth.SigV4QueryAuth(credentials, "sts", region, expires=expires).add_auth(request)
    return PREFIX + base64.urlsafe_b64encode(change(request.url).encode()).decode().rstrip("=")


def check(candidate: str, *, later: timedelta = timedelta()) -> str:
    secrets = {KEY: SECRET}
    return verify(candidate, CLUSTER, secrets.get, datetime.now(UTC) + later)


@pytest.mark.parametrize("later", [timedelta(), timedelta(minutes=14), timedelta(minutes=-4)])
def test_a_good_token_names_its_key(later: timedelta) -> None:
    assert check(token(), later=later) == KEY


def test_a_session_token_is_part_of_what_is_signed() -> None:
    assert check(token(session="a session/token+=")) == KEY


def test_another_partition_is_fine() -> None:
    url = URL.replace("ap-northeast-1.amazonaws.com", "cn-north-1.amazonaws.com.cn")
    assert check(token(url, region="cn-north-1")) == KEY


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (token(cluster="other"), "signature"),
        (token(cluster=None), "is not signed"),
        (token(secret="other"), "signature"),
        (token(change=lambda url: url.replace(KEY, "AKIAOTHER")), "does not exist"),
        (token(change=lambda url: url.replace("2011-06-15", "2011-06-16")), "signature"),
        (token(change=lambda url: url + "&X-Amz-Signature=0"), "given twice"),
        (token(change=lambda url: url + "&Other=1"), "not allowed"),
        (token(change=lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=x")), "X-Amz-Expires"),
        (token(expires=901), "X-Amz-Expires"),
        (token(URL.replace("https", "http")), "not the address"),
        (token(URL.replace("sts.ap-northeast-1.amazonaws.com", "sts.amazonaws.com")), "not the address"),
        (token(URL.replace("sts.ap-northeast-1.amazonaws.com", "127.0.0.1:4566")), "not the address"),
        (token(URL.replace("amazonaws.com", "amazonaws.com.evil.example")), "not the address"),
        (token(URL.replace("/?", "/path?")), "not the address"),
        (token(URL.replace("GetCallerIdentity", "AssumeRole")), "GetCallerIdentity"),
        (token(region="us-east-1"), "scope"),
        (token(change=lambda url: url.replace("X-Amz-Date=2", "X-Amz-Date=x")), "scope"),
        (token(change=lambda url: url.split("&X-Amz-Signature")[0]), "scope"),
        (PREFIX + "***", "base64"),
        (PREFIX + base64.urlsafe_b64encode(b"\xff\xfe").decode(), "base64"),
        ("admin", "not an EKS token"),
        (token(change=lambda url: url + "&" + "x" * 20000), "not an EKS token"),
    ],
)
def test_a_bad_token_is_refused_with_its_reason(candidate: str, reason: str) -> None:
    with pytest.raises(TokenError, match=reason):
        check(candidate)


@pytest.mark.parametrize(
    ("later", "reason"), [(timedelta(minutes=16), "older than 15 minutes"), (timedelta(minutes=-6), "of the future")]
)
def test_time_matters(later: timedelta, reason: str) -> None:
    with pytest.raises(TokenError, match=reason):
        check(token(), later=later)


def test_the_server_lets_good_tokens_in_only() -> None:
    with running(cluster=CLUSTER, key_secrets={KEY: SECRET}.get) as server:
        assert connect(server, token()).get("/api/v1/namespaces/default").code == 200
        assert connect(server, token(cluster="other")).get("/api/v1/namespaces/default").code == 401
