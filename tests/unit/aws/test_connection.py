"""How AWS is reached: from the shell's settings, or past all of them."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tasktool_infra._version import __version__
from tasktool_infra.aws.connection import Connection, Embedded
from tasktool_infra.aws.transport import AwsTransport
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, Problem

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
WHO = Call("sts", "get_caller_identity")
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")


class Recorder(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    def answer(self) -> None:
        assert isinstance(self.server, Recorder)
        self.server.seen.append((self.path, dict(self.headers)))
        body = IDENTITY.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


for method in ("GET", "POST", "HEAD"):
    setattr(Answering, f"do_{method}", Answering.answer)


@pytest.fixture
def server() -> Iterator[Recorder]:
    with Recorder() as recorder:
        thread = threading.Thread(target=recorder.serve_forever, args=(0.02,))
        thread.start()
        yield recorder
        recorder.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Give a shell in which nothing of AWS is set."""
    import os

    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def keys(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    shell.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def closed_port() -> str:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{finder.getsockname()[1]}"


@pytest.fixture
def connections() -> Iterator[list[Connection]]:
    made: list[Connection] = []
    yield made
    for connection in made:
        connection.close()


def test_a_sandbox_is_reached_whatever_the_shell_has(
    server: Recorder, shell: pytest.MonkeyPatch, connections: list[Connection]
) -> None:
    shell.setenv("AWS_PROFILE", "stale")
    shell.setenv("AWS_ENDPOINT_URL", closed_port())
    shell.setenv("AWS_CONFIG_FILE", "/nowhere/at/all")
    shell.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHESHELL")
    for name in PROXIES:
        shell.setenv(name, closed_port())
    connection = Connection("run1", "ap-northeast-1", Embedded(server.url, "AKIASANDBOX", "secret"))
    connections.append(connection)
    assert connection.credentials().access_key == "AKIASANDBOX"
    assert AwsTransport(connection).send(WHO)["Account"] == "123456789012"
    assert "AKIASANDBOX/" in server.seen[0][1]["Authorization"]
    assert connection.region == "ap-northeast-1"


def test_every_request_says_what_calls_in_which_run_and_for_which_application(
    server: Recorder, shell: pytest.MonkeyPatch, connections: list[Connection]
) -> None:
    shell.setenv("AWS_SDK_UA_APP_ID", "blue-team")
    connections.append(Connection("run-4711", "us-east-1", Embedded(server.url, "AKIA", "secret")))
    AwsTransport(connections[0]).send(WHO)
    agent = server.seen[0][1]["User-Agent"]
    assert agent.startswith("Botocore/")
    assert agent.endswith(f" app/blue-team tasktool-infra/{__version__} run/run-4711")


@pytest.mark.usefixtures("keys")
def test_an_emulator_on_loopback_is_reached_past_proxies_and_by_path(
    server: Recorder, shell: pytest.MonkeyPatch, connections: list[Connection]
) -> None:
    shell.setenv("AWS_ENDPOINT_URL", server.url)
    for name in PROXIES:
        shell.setenv(name, closed_port())
    connections.append(Connection("run", "eu-west-1"))
    AwsTransport(connections[0]).send(Call("s3", "head_bucket", {"Bucket": "some-bucket"}))
    assert server.seen[0][0] == "/some-bucket"
    assert connections[0].endpoint("s3") == server.url


@pytest.mark.usefixtures("keys")
def test_elsewhere_the_shells_proxy_counts(
    server: Recorder, shell: pytest.MonkeyPatch, connections: list[Connection]
) -> None:
    shell.setenv("AWS_ENDPOINT_URL", "http://aws.example")
    shell.setenv("HTTP_PROXY", server.url)
    connections.append(Connection("run", "eu-west-1"))
    AwsTransport(connections[0]).send(WHO)
    assert server.seen[0][1]["Host"] == "aws.example"


def test_without_credentials_it_says_what_to_set() -> None:
    with pytest.raises(ApiError) as raised:
        Connection("run", "us-east-1").credentials()
    assert (raised.value.code, raised.value.problem) == ("NoCredentials", Problem.DENIED)
    assert "--sandbox" in raised.value.next_step


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("look", [lambda c: c.credentials(), lambda c: c.region, lambda c: c.client("sts")])
def test_a_profile_that_does_not_exist_is_named(shell: pytest.MonkeyPatch, look: Any) -> None:
    shell.setenv("AWS_PROFILE", "stale")
    with pytest.raises(ApiError, match="stale") as raised:
        look(Connection("run"))
    assert (raised.value.code, raised.value.problem) == ("ProfileNotFound", Problem.DENIED)
    assert "AWS_PROFILE" in raised.value.next_step


def test_a_broken_configuration_file_is_named(shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "config"
    broken.write_text("[profile a\nregion")
    shell.setenv("AWS_CONFIG_FILE", str(broken))
    with pytest.raises(ApiError, match=r"tmp|config") as raised:
        Connection("run").credentials()
    assert raised.value.problem is Problem.DENIED


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("/nonexistent/program", "/nonexistent/program"),
        ("echo no-json", "Expecting value"),
        ("false", "custom-process"),
    ],
)
def test_a_program_that_gives_no_credentials_is_told(
    shell: pytest.MonkeyPatch, tmp_path: Path, program: str, said: str
) -> None:
    (tmp_path / "config").write_text(f"[default]\ncredential_process = {program}\n")
    shell.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(ApiError, match=said) as raised:
        Connection("run-1").credentials()
    assert raised.value.problem is Problem.DENIED
    assert raised.value.next_step


def test_nobody_is_asked_for_a_code_where_there_is_no_terminal(shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = keys\nregion = us-east-1\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/me\n"
        "[profile keys]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
    )
    shell.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(ApiError, match="wants an MFA code, and there is no terminal") as raised:
        Connection("run-1").credentials()
    assert "aws sts get-caller-identity" in raised.value.next_step


def test_the_region_is_that_which_is_wanted_or_the_shells(shell: pytest.MonkeyPatch) -> None:
    assert Connection("run").region is None
    shell.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert Connection("run").region == "eu-west-1"
    shell.setenv("AWS_REGION", "eu-west-2")
    assert Connection("run").region == "eu-west-2"
    assert Connection("run", "eu-west-3").region == "eu-west-3"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("local", "aws")],
)
def test_the_partition_follows_from_the_region(region: str, partition: str) -> None:
    assert Connection("run", region).partition() == partition


@pytest.mark.usefixtures("keys")
def test_a_host_without_a_name_is_named(shell: pytest.MonkeyPatch, connections: list[Connection]) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    shell.setattr(socket, "getaddrinfo", unknown)
    shell.setenv("AWS_ENDPOINT_URL", "http://aws.example")
    connections.append(Connection("run", "us-east-1"))
    with pytest.raises(ApiError, match=r"http://aws\.example") as raised:
        AwsTransport(connections[0]).send(WHO)
    assert (raised.value.code, raised.value.problem) == ("NoSuchHost", Problem.UNREACHABLE)


@pytest.mark.usefixtures("keys")
def test_a_host_that_refuses_is_unreachable(shell: pytest.MonkeyPatch, connections: list[Connection]) -> None:
    shell.setenv("AWS_ENDPOINT_URL", closed_port())
    connections.append(Connection("run", "us-east-1"))
    with pytest.raises(ApiError) as raised:
        AwsTransport(connections[0]).send(WHO)
    assert raised.value.code == "Unreachable"


def test_an_answer_that_is_not_from_aws_leaves_the_outcome_open(
    shell: pytest.MonkeyPatch, connections: list[Connection]
) -> None:
    shell.setattr("tests.unit.aws.test_connection.IDENTITY", "<!doctype html><p>Log in to the network")
    with Recorder() as recorder:
        thread = threading.Thread(target=recorder.serve_forever, args=(0.02,))
        thread.start()
        connections.append(Connection("run", "us-east-1", Embedded(recorder.url, "AKIA", "secret")))
        with pytest.raises(ApiError, match="not from AWS") as raised:
            AwsTransport(connections[0]).send(WHO)
        recorder.shutdown()
        thread.join()
    assert raised.value.code == "Unreadable"


def test_a_client_is_made_once_for_all_threads() -> None:
    connection = Connection("run", "us-east-1", Embedded("http://127.0.0.1:1", "AKIA", "secret"))
    made: list[Any] = []
    threads = [threading.Thread(target=lambda: made.append(connection.client("iam"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(map(id, made))) == 1
    connection.close()


def test_secrets_are_shown_to_nobody() -> None:
    assert "hush" not in repr(Connection("run", "us-east-1", Embedded("http://127.0.0.1:1", "AKIA", "hush")))
