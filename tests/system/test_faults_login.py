"""A login that ends while a script runs: by SSO, or by a program of the company's. Renewed meanwhile, or not at all."""

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

import pytest
from attrs import define, field

from tests.faults.mishaps import Answer
from tests.faults.passed import Passed
from tests.system.test_scripts_kill import is_whole
from tests.system.world import Done, Shell, World

EARLY, MORE = 600, 2
"""Seconds before its end from which on botocore signs nothing with a key, and those for which it does so here."""
AFTER = 8
"""The write at which the login ends."""
SSO = """
[default]
sso_session = company
sso_account_id = 123456789012
sso_role_name = Developer

[sso-session company]
sso_region = ap-northeast-1
sso_start_url = https://company.awsapps.com/start
"""
PROGRAM = """
import json, pathlib, sys, time
said = pathlib.Path(sys.argv[1]).read_text()
if not said:
    sys.exit("company: your login has ended; run: company login")
end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + int(sys.argv[2])))
print(json.dumps({"Version": 1, "Expiration": end, **json.loads(said)}))
"""
ENDED = Answer(401, b'{"__type": "UnauthorizedException", "message": "Session token not found or invalid"}')


@define
class Login:
    """A login of somebody by SSO, whose portal is asked over the same way as AWS.

    At some write it ends, and that write is held up until the keys that it gave must be renewed. ``again`` says
    whether somebody logs in anew before that.
    """

    cloud: World
    shell: Shell
    again: bool = False
    valid: bool = False
    asked: int = 0
    renewed: int = 0
    _over: bool = False
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def set_up(self) -> None:
        """Write the profile."""
        self.write(".aws/config", SSO)

    def log_in(self, seconds: float = 3600, **more: str) -> None:
        """Do what `aws sso login` does."""
        self.valid = True
        end = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = {"startUrl": "https://company.awsapps.com/start", "region": "ap-northeast-1", "accessToken": "t"}
        name = sha1(b"company", usedforsecurity=False).hexdigest()
        self.write(f".aws/sso/cache/{name}.json", json.dumps({**said, "expiresAt": end, **more}))

    def log_out(self) -> None:
        """Let the login end."""
        self.valid = False

    def write(self, path: str, content: str) -> Path:
        """Write a file of the home."""
        file = Path(self.shell.environ["HOME"]) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def __call__(self, call: Passed) -> Answer | None:
        """Stand before AWS."""
        with self._lock:
            if not self._over and len(self.cloud.writes) >= AFTER:
                self._over = True
                self.log_out()
                if self.again:
                    self.log_in()
                time.sleep(MORE)
        if call.path.startswith("/federation/credentials"):
            self.asked += 1
            return self._keys() if self.valid else ENDED
        if call.path == "/token":
            self.renewed += 1
            said = {"accessToken": "another", "expiresIn": 28800, "tokenType": "Bearer"}
            return Answer(200, json.dumps(said).encode(), "application/json")
        return None

    def _keys(self) -> Answer:
        keys, end = self.cloud.sandbox, (time.time() + EARLY + MORE) * 1000
        said = {"accessKeyId": keys.access_key_id, "secretAccessKey": keys.secret_access_key, "sessionToken": "s"}
        return Answer(
            200, json.dumps({"roleCredentials": {**said, "expiration": int(end)}}).encode(), "application/json"
        )

    def run(self, *command: str, expect: int = 0) -> Done:
        """Run a script as whoever has logged in."""
        return self.shell.run(*command, expect=expect)


@define
class Company(Login):
    """A login by a program of the company's, which the profile names as its `credential_process`."""

    def set_up(self) -> None:
        program, keys = self.write("company.py", PROGRAM), self.write("keys.json", "")
        self.write(".aws/config", f"[default]\ncredential_process = {sys.executable} {program} {keys} {EARLY + MORE}\n")

    def log_in(self, seconds: float = 3600, **more: str) -> None:
        keys = self.cloud.sandbox
        said = {"AccessKeyId": keys.access_key_id, "SecretAccessKey": keys.secret_access_key, "SessionToken": "s"}
        self.write("keys.json", json.dumps(said))

    def log_out(self) -> None:
        self.write("keys.json", "")


@pytest.fixture
def login(cloud: World, request: pytest.FixtureRequest) -> Iterator[Login]:
    """Give somebody who has logged in."""
    named = {
        name: each for name, each in cloud.shell.environ.items() if not name.startswith("AWS_A") and "KEY" not in name
    }
    made: Login = request.param(cloud, Shell(cloud.shell.folder, named))
    made.set_up()
    made.log_in()
    cloud.proxy.before = made
    yield made
    cloud.proxy.before = lambda _: None


SAID = {Login: "aws sso login", Company: "company: your login has ended; run: company login"}
by_both = pytest.mark.parametrize("login", SAID, indirect=True, ids=["sso", "program"])


@by_both
def test_a_login_that_ends_is_told_with_what_to_do_and_the_next_run_goes_on(login: Login) -> None:
    done = login.run("provision", "prod", expect=77)
    assert SAID[type(login)] in done.err
    assert "Run again to continue: what stands is kept." in done.err
    assert re.search(r"Done: \d added, .* (failed|not started)", done.out)
    assert all(line == line.rstrip() for line in done.err.splitlines())
    login.log_in()
    login.run("provision", "prod")
    is_whole(login.cloud)
    assert login.run("plan", "prod").summary.startswith("No changes.")


@by_both
def test_whoever_logs_in_again_in_another_terminal_is_not_stopped(login: Login) -> None:
    login.again = True
    login.run("provision", "prod")
    is_whole(login.cloud)


@pytest.mark.parametrize("login", [Login], indirect=True, ids=["sso"])
def test_a_login_that_can_be_renewed_is_renewed(login: Login) -> None:
    registered = {"clientId": "c", "clientSecret": "s", "registrationExpiresAt": "2099-01-01T00:00:00Z"}
    login.log_in(60, refreshToken="r", **registered)
    login.run("plan", "prod")
    assert login.renewed == 1
    assert login.asked > 0
