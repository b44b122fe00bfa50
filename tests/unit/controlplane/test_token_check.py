"""The check that stands in for AWS: it takes a good token, and knows each sort of bad one."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.controlplane.cluster import administrator
from tests.controlplane.eks import as_token, token_for
from tests.controlplane.token_check import PREFIX, Caller, Refused, check, presigned
from tests.controlplane.webhook import Webhook

CLUSTER, REGION = "mz-k8s", "ap-northeast-1"
ADMIN = administrator()
CALLERS = {ADMIN.access_key: ADMIN}


def checked(token: str, callers: dict[str, Caller] | None = None, after: float = 0) -> Caller:
    now = datetime.now(UTC) + timedelta(minutes=after)
    return check(token, cluster=CLUSTER, region=REGION, callers=callers or CALLERS, now=now)


def good() -> str:
    return token_for(CLUSTER, REGION, ADMIN)


def altered(old: str, new: str) -> str:
    """Change a text in the URL of a good token."""
    url = presigned(good())
    assert old in url
    return as_token(url.replace(old, new))


@pytest.mark.parametrize("age", [0, 14.9, -4])
def test_a_good_token_is_from_its_owner(age: float) -> None:
    assert checked(good(), after=age) == ADMIN


def test_temporary_credentials_bring_their_session_token() -> None:
    role = evolve(ADMIN, access_key="ASIAEXAMPLE", session_token="a/b+c==", arn="arn:aws:sts::1:assumed-role/r/s")
    known = {role.access_key: role}
    assert checked(token_for(CLUSTER, REGION, role), known) == role
    with pytest.raises(Refused, match="session token"):
        checked(token_for(CLUSTER, REGION, evolve(role, session_token="")), known)
    with pytest.raises(Refused, match="session token"):
        checked(token_for(CLUSTER, REGION, evolve(ADMIN, session_token="stray")))


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (lambda: "admin-token", "begin with"),
        (lambda: good().replace(PREFIX, "k8s-aws-v2."), "begin with"),
        (lambda: good() + "=", "padding"),
        (lambda: PREFIX + "!!!!", "base64"),
        (lambda: PREFIX + base64.b64encode(b"\xff\xfe").decode().rstrip("="), "base64"),
        (lambda: PREFIX + "A" * 5000, "longer"),
        (lambda: altered("https://", "http://"), "not a request to"),
        (lambda: altered("amazonaws.com/", "amazonaws.com/path"), "not a request to"),
        (lambda: altered("X-Amz-Expires=60&", ""), "missing query parameters: x-amz-expires"),
        (lambda: altered("X-Amz-Expires=60", "X-Amz-Expires=61"), "Expires is 61"),
        (lambda: altered("X-Amz-Expires=60", "X-Amz-Expires=-1"), "Expires is -1"),
        (lambda: altered("X-Amz-Expires=60", "X-Amz-Expires=59"), "signature"),
        (lambda: altered("X-Amz-Expires=60", "X-Amz-Expires=60&x-amz-expires=60"), "twice"),
        (lambda: altered("X-Amz-Expires=60", "X-Amz-Expires=60&Next=1"), "unknown query parameters: next"),
        (lambda: altered("HMAC-SHA256", "HMAC-SHA1"), "signed by"),
        (lambda: altered("host%3Bx-k8s", "x-k8s"), "not signed: host"),
        (lambda: altered("X-Amz-Date=20", "X-Amz-Date=AD20"), "X-Amz-Date is AD20"),
        (lambda: altered("sts%2Faws4", "s3%2Faws4"), "signed for"),
        (lambda: altered("X-Amz-Signature=", "X-Amz-Signature=0"), "signature"),
    ],
)
def test_a_token_of_the_wrong_form_is_refused(token: Any, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        checked(token())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"host": "sts.amazonaws.com"}, "not a request to"),
        ({"host": "sts.us-east-1.amazonaws.com"}, "not a request to"),
        ({"host": "127.0.0.1:4566"}, "not a request to"),
        ({"action": "GetSessionToken"}, "asks for GetSessionToken"),
        ({"header": "x-k8s-other"}, "not signed: x-k8s-aws-id"),
        ({"expires": 900}, "Expires is 900"),
    ],
)
def test_a_request_that_is_signed_but_another_one_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        checked(token_for(CLUSTER, REGION, ADMIN, **changes))


def test_a_token_for_another_cluster_has_another_signature() -> None:
    with pytest.raises(Refused, match="signature"):
        checked(token_for("other", REGION, ADMIN))


def test_a_token_for_another_region_is_refused() -> None:
    with pytest.raises(Refused, match="not a request to"):
        checked(token_for(CLUSTER, "eu-west-1", ADMIN))
    with pytest.raises(Refused, match="signed for"):
        checked(token_for(CLUSTER, "eu-west-1", ADMIN, host=f"sts.{REGION}.amazonaws.com"))


@pytest.mark.parametrize("after", [15.1, -6])
def test_an_old_token_is_refused_and_one_from_the_future(after: float) -> None:
    with pytest.raises(Refused, match="expired, or a clock is wrong"):
        checked(good(), after=after)


def test_only_known_keys_sign() -> None:
    with pytest.raises(Refused, match="unknown access key"):
        checked(token_for(CLUSTER, REGION, evolve(ADMIN, access_key="AKIAOTHER")))
    with pytest.raises(Refused, match="signature"):
        checked(token_for(CLUSTER, REGION, evolve(ADMIN, secret_key="guessed")))


def test_the_webhook_answers_token_reviews() -> None:
    stranger = evolve(ADMIN, access_key="AKIASTRANGER", username="")
    hook = Webhook(cluster=CLUSTER, region=REGION, callers={**CALLERS, stranger.access_key: stranger})
    status = hook.review({"spec": {"token": good()}})["status"]
    assert status["authenticated"]
    assert status["user"]["username"] == "admin"
    assert status["user"]["groups"] == ["system:masters"]
    assert status["user"]["extra"]["arn"] == [ADMIN.arn]
    assert not hook.refusals
    for token in ("nonsense", token_for(CLUSTER, REGION, stranger)):
        assert hook.review({"spec": {"token": token}})["status"]["authenticated"] is False
    assert "not mapped" in hook.refusals[-1]
