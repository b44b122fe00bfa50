"""Kubeconfigs as people have them: whatever is wrong is told in a few words, without what is secret in them."""

import copy
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.kubeconfig import context_facts

SECRET = "planted-secret-of-a-kubeconfig"
TOKEN = f"{{token: {SECRET}}}"
CLUSTER = '{server: "https://127.0.0.1:1"}'
GOOD = f"""
apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {CLUSTER}}}]
users: [{{name: u, user: {TOKEN}}}]
contexts: [{{name: x, context: {{cluster: c, user: u}}}}]
current-context: x
"""
API = "apiVersion: client.authentication.k8s.io/v1"

Connect = Callable[[str | bytes], ClusterAccess]


@pytest.fixture
def connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Give what connects by the context ``x`` of a kubeconfig with this content."""
    file = tmp_path / "config"
    monkeypatch.setenv("KUBECONFIG", str(file))

    def by(content: str | bytes) -> ClusterAccess:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        access = ClusterAccess(run_id="test", context="x")
        access.connect()
        return access

    return by


def plugin(*command: str) -> str:
    """Give a kubeconfig whose credentials come from a program."""
    called = json.dumps({"command": command[0], "args": list(command[1:])})
    return GOOD.replace(TOKEN, f"{{exec: {{{API}, {called[1:]}}}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [b\n", "the file is no YAML"),
        ("a:\n\t- b", "the file is no YAML"),
        (b"\x00\x01", "the file is no YAML"),
        (b"\xff\xfe\xe9", "utf-8"),
        ("!!python/object/apply:os.system ['touch pwned']", "the file is no YAML"),
        ("- a\n- b\n", "does not have the form of a kubeconfig"),
        ("hello", "does not have the form of a kubeconfig"),
        ("", "is empty"),
        (GOOD.replace("name: x", "name: y"), "there is none of this name in "),
        (GOOD.replace("cluster: c,", "cluster: nope,"), "Expected object with name nope"),
        (GOOD.replace(CLUSTER, "{}"), "no server"),
        (GOOD.replace(CLUSTER, "text"), "no server"),
        (GOOD.replace("https://127.0.0.1:1", "127.0.0.1"), "no server"),
        (GOOD.replace('"https://127.0.0.1:1"', "5"), "does not have the form of a kubeconfig"),
        (GOOD.replace("user: {", "usr: {"), "Expected key user"),
        (GOOD.replace(TOKEN, "{tokenFile: /nonexistent/token}"), "/nonexistent/token"),
        (GOOD.replace(TOKEN, "{client-certificate: /nonexistent/c.pem}"), "/nonexistent/c.pem"),
        (GOOD.replace(TOKEN, "{client-certificate-data: aGVsbG8=, client-key-data: aGVsbG8=}"), "can't be used: [SSL]"),
        (GOOD.replace("127.0.0.1:1", '127.0.0.1:1", certificate-authority-data: "aGVsbG8='), "must be PEM"),
    ],
)
def test_what_is_wrong_with_it_is_told(connect: Connect, content: str | bytes, said: str) -> None:
    with pytest.raises(TasktoolError) as told:
        connect(content)
    assert said in str(told.value)
    assert "'x'" in told.value.message
    assert told.value.problem is Problem.REFUSED
    assert told.value.next_step
    assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("/nonexistent/aws", "eks", "get-token"), "/nonexistent/aws"),
        (("/bin/sh", "-c", "echo please log in >&2; exit 3"), "please log in"),
        (("/bin/echo", "hello"), "failed to decode process output"),
        (("/bin/echo", "[]"), "malformed response"),
    ],
)
def test_a_plugin_that_gives_no_credentials_is_told_with_what_it_says(
    connect: Connect, command: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TasktoolError) as told:
        connect(plugin(*command))
    assert said in told.value.message
    assert told.value.problem is Problem.DENIED
    assert "kubectl --context x auth whoami" in told.value.next_step
    assert capfd.readouterr() == ("", "")


def test_a_token_that_a_plugin_no_longer_renews_is_told(connect: Connect, tmp_path: Path) -> None:
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    status = {"token": SECRET, "expirationTimestamp": "2000-01-01T00:00:00Z"}
    once = tmp_path / "once.json"
    once.write_text(json.dumps({**credential, "status": status}))
    access = connect(plugin("/bin/cat", str(once)))
    way = access.connect()
    assert way.credentials() == {"authorization": f"Bearer {SECRET}"}
    once.unlink()
    with pytest.raises(TasktoolError, match=r"gives no credentials: .*once\.json") as told:
        way.credentials()
    assert told.value.problem is Problem.DENIED


def test_a_good_one_is_used_and_nothing_is_left_of_the_listening(connect: Connect) -> None:
    before = logging.getLogger().handlers[:]
    assert connect(GOOD).connect().credentials() == {"authorization": f"Bearer {SECRET}"}
    assert context_facts("x") == ("https://127.0.0.1:1", "")
    assert logging.getLogger().handlers == before


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))
TREE: dict[str, Any] = {
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1", "certificate-authority-data": "aGVsbG8="}}],
    "users": [
        {"name": "u", "user": {"token": SECRET, "username": "me", "password": SECRET, "client-key-data": SECRET}}
    ],
    "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "n"}}],
    "current-context": "x",
}


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """Give a kubeconfig of which some part is gone, or something else."""
    tree: Any = copy.deepcopy(TREE)
    for _ in range(draw(st.integers(1, 3))):
        node, path = tree, tree
        while isinstance(node, dict | list) and node:
            path, key = node, draw(st.sampled_from([*(node if isinstance(node, dict) else range(len(node)))]))
            node = node[key]
            if draw(st.booleans()):
                break
        if not path:
            continue
        if draw(st.booleans()):
            del path[key]
        else:
            path[key] = draw(ANYTHING)
    return tree


@contextmanager
def unrevealing() -> Iterator[None]:
    """Let no error pass that tells a secret, or nothing of what to do next."""
    try:
        yield
    except TasktoolError as error:
        if SECRET in str(error) or not error.next_step:
            raise AssertionError(str(error)) from error
        raise


@given(bent())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_bent_in_it_nothing_but_an_error_for_people_comes_of_it(connect: Connect, tree: Any) -> None:
    with suppress(TasktoolError), unrevealing():
        connect(json.dumps(tree))


@given(st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_are_a_fault_of_ours(connect: Connect, content: bytes) -> None:
    with pytest.raises(TasktoolError):
        connect(content)


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, said in ((tmp_path, "directory"), (tmp_path / "gone", "there is no kubeconfig")):
        monkeypatch.setenv("KUBECONFIG", os.fspath(path))
        with pytest.raises(TasktoolError, match=said):
            context_facts("x")
