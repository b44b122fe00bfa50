"""Credentials that end in mid-run, a clock that is wrong, calls that are denied: what is told, and what stands."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import define, evolve, field, frozen

from tests.faults.mishaps import Answer
from tests.faults.passed import Passed
from tests.system.conftest import Inside
from tests.system.world import World, refusing

ENDED = refusing(403, "ExpiredToken", "The security token included in the request is expired")
ANOTHER = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::999999999999:user/a</Arn><UserId>A</UserId><Account>999999999999</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


def ended(call: Passed) -> Answer:
    """Answer in the protocol of the service that was called; S3 does so with status 400: a HEAD shows no more."""
    if call.service in ("dynamodb", "ecr", "eks"):
        return Answer(400, b'{"__type": "ExpiredTokenException", "message": "expired"}', "application/x-amz-json-1.1")
    return evolve(ENDED, status=400) if call.service == "s3" else ENDED


@define
class Session:
    """Keys as a login leaves them in a file; those that ended are turned down from some write on."""

    cloud: World
    user: str = "dev"
    keys: list[str] = field(factory=list)
    after: int = 10**6
    renews: bool = True
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def log_in(self) -> None:
        made = self.cloud.aws("iam").create_access_key(UserName=self.user)["AccessKey"]
        self.keys.append(made["AccessKeyId"])
        self.file.write_text(
            json.dumps({"Version": 1, "AccessKeyId": made["AccessKeyId"], "SecretAccessKey": made["SecretAccessKey"]})
        )

    @property
    def file(self) -> Path:
        return self.cloud.shell.folder / "keys.json"

    def __call__(self, call: Passed) -> Answer | None:
        if len(self.cloud.writes) < self.after or call.key != self.keys[0]:
            return None
        with self._lock:
            if len(self.keys) == 1 and self.renews:
                self.log_in()
        return ended(call)


@pytest.fixture
def session(cloud: World, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    cloud.aws("iam").create_user(UserName="dev")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    cloud.aws("iam").put_user_policy(UserName="dev", PolicyName="all", PolicyDocument=document)
    made = Session(cloud)
    made.log_in()
    config = cloud.shell.folder / "aws-config"
    config.write_text(f"[default]\ncredential_process = cat {made.file}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    cloud.proxy.before = made
    yield made
    cloud.proxy.before = lambda _: None


@pytest.mark.parametrize("after", [5, 20])
def test_whoever_has_logged_in_again_meanwhile_is_not_stopped(session: Session, inside: Inside, after: int) -> None:
    session.after = after
    inside("provision", "prod")
    signed = [call.key for call in session.cloud.proxy.calls]
    assert set(signed) == set(session.keys)
    assert signed[-1] == session.keys[1]
    with session.cloud.untouched():
        assert inside("plan", "prod").summary.startswith("No changes.")


def test_credentials_that_end_for_good_leave_what_stands_and_the_next_run_goes_on(
    session: Session, inside: Inside
) -> None:
    session.after, session.renews = 8, False
    done = inside("provision", "prod", expect=77)
    assert "ExpiredToken" in done.err
    assert "aws sso login" in done.err
    assert "what stands is kept" in done.err
    assert "not started" in done.out
    writes = len(session.cloud.writes)
    session.after = 10**6
    inside("provision", "prod")
    assert len(session.cloud.writes) > writes
    assert inside("plan", "prod").summary.startswith("No changes.")


def test_credentials_of_another_account_are_not_used(session: Session, inside: Inside) -> None:
    session.after = 8

    def elsewhere(call: Passed) -> Answer | None:
        if call.operation == "GetCallerIdentity" and call.key != session.keys[0]:
            return Answer(200, ANOTHER)
        return session(call)

    session.cloud.proxy.before = elsewhere
    done = inside("provision", "prod", expect=78)
    assert "those found now are of account 999999999999, not of 123456789012" in done.err
    assert {call.key for call in session.cloud.writes} == {session.keys[0]}
    session.cloud.proxy.before = lambda _: None


@frozen
class Late:
    """Turns down calls from some write on, as an AWS whose clock is elsewhere does."""

    cloud: World
    answer: Callable[[Passed], Answer]
    after: int = 0

    def __call__(self, call: Passed) -> Answer | None:
        return self.answer(call) if len(self.cloud.writes) >= self.after else None


@pytest.mark.parametrize("after", [0, 8])
def test_a_wrong_clock_is_told_as_that(cloud: World, inside: Inside, after: int) -> None:
    said = "Signature expired: 20260701T120000Z is now earlier than 20260701T121500Z"
    cloud.proxy.before = Late(cloud, lambda call: refusing(403, "SignatureDoesNotMatch", said), after)
    done = inside("provision", "prod", expect=77)
    assert "clock is wrong" in done.err
    assert "timedatectl" in done.err
    assert "sso login" not in done.err
