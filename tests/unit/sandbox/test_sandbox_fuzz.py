"""Whatever is sent to the sandbox: it answers as an API does, and never by a fault of its own."""

import json
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktool_infra.sandbox import jwt
from tasktool_infra.sandbox.kubernetes import eks_token, seeds
from tasktool_infra.sandbox.kubernetes.api import Api
from tasktool_infra.sandbox.kubernetes.errors import ApiError
from tasktool_infra.sandbox.kubernetes.messages import PATCHES, YAML, Request
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.patch import json_patch, merge_patch
from tasktool_infra.sandbox.kubernetes.selectors import matcher
from tasktool_infra.sandbox.kubernetes.store import Store
from tasktool_infra.sandbox.kubernetes.tokens import ServiceAccountTokens
from tests.unit.sandbox.conftest import Client

TEXT = st.text(max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
NAMES = st.sampled_from(["metadata", "name", "labels", "spec", "managedFields", "annotations", "data", "kind", "op"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner), max_leaves=8
)
KINDS = st.sampled_from(["configmaps", "serviceaccounts", "secrets", "pods", "services", "things"])
HERE = st.sampled_from(["/api/v1/namespaces/default", "/apis/apps/v1/namespaces/default", "/api/v1", "/api", ""])
OBJECTS = st.builds(
    lambda more, metadata: {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **more},
    st.dictionaries(NAMES, VALUES, max_size=2),
    st.one_of(
        VALUES, st.fixed_dictionaries({"name": st.just("a")}, optional={"managedFields": VALUES, "labels": VALUES})
    ),
)
QUERY = st.dictionaries(
    st.sampled_from(["labelSelector", "fieldSelector", "limit", "continue", "fieldManager", "dryRun", "force"]),
    TEXT | st.sampled_from(["All", "true", "a", "-1", "1"]),
    max_size=3,
)
MEDIA = st.sampled_from(["application/json", *PATCHES, YAML, "", "text/plain"])


PATHS = st.builds(
    "{}/{}{}".format,
    HERE,
    KINDS,
    st.sampled_from(["", "/a", "/a/token", "/a/log", "/a/scale", "/../x"]) | TEXT.map("/{}".format),
)
REQUESTS = st.builds(
    lambda method, path, query, media, body: Request(
        method, path, query, {"Content-Type": media, "User-Agent": "fuzz/1"}, body.encode(), "system:admin"
    ),
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"]),
    PATHS,
    QUERY,
    MEDIA,
    (VALUES | OBJECTS).map(json.dumps) | TEXT,
)


@pytest.fixture(scope="module")
def api() -> Api:
    """Give an API that nobody else uses."""
    objects = Objects(Store())
    seeds.plant(objects)
    return Api(objects, ServiceAccountTokens("https://issuer.example.com/id"))


@given(sent=REQUESTS)
@settings(deadline=None)
def test_no_request_is_a_fault_of_the_sandbox(api: Api, sent: Request) -> None:
    assert api.answer(sent).code < 500


@given(TEXT, TEXT)
def test_a_selector_is_read_or_refused(labels: str, fields: str) -> None:
    try:
        matches = matcher(labels, fields)
    except ApiError as error:
        assert error.code == 400  # noqa: PT017 - one of two ways
        return
    assert matches({"metadata": {"labels": {"a": "b"}}}) in (True, False)


@given(st.text() | st.text().map(lambda text: eks_token.PREFIX + text) | st.binary().map(lambda data: data.hex()))
def test_no_text_is_an_eks_token(text: str) -> None:
    with pytest.raises(eks_token.TokenError):
        eks_token.verify(text, "cluster", lambda _: "secret", datetime.now(UTC))


@given(st.lists(st.text(alphabet="ABCabc019-_=+/.\u00e9", max_size=12), max_size=4).map(".".join))
def test_no_text_is_a_token_of_a_service_account(text: str) -> None:
    with pytest.raises(jwt.TokenError):
        jwt.parse(text)


OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "brew"]) | VALUES},
    optional={"path": st.sampled_from(["/a", "/a/0", "/b/-", "", "/"]) | VALUES, "from": VALUES, "value": VALUES},
)


@given(st.lists(OPERATIONS | VALUES, max_size=3) | VALUES)
def test_a_json_patch_is_done_or_refused(operations: Any) -> None:
    value = {"a": [1, 2], "b": {"c": "d"}}
    try:
        json_patch(value, operations)
    except ApiError as error:
        assert error.code in (400, 422)  # noqa: PT017 - one of two ways
    assert value == {"a": [1, 2], "b": {"c": "d"}}


@given(VALUES, VALUES)
def test_a_merge_patch_done_twice_is_done_once(value: Any, patch: Any) -> None:
    once = merge_patch(value, patch)
    assert merge_patch(once, patch) == once


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "99999999999999999999", "1, 1"])
def test_a_length_that_is_none_is_refused_at_once(client: Client, length: str) -> None:
    address = urlsplit(client.endpoint)
    assert address.hostname is not None
    with (
        socket.create_connection((address.hostname, address.port or 443), timeout=5) as plain,
        client.context.wrap_socket(plain, server_hostname=address.hostname) as secured,
    ):
        secured.sendall(f"POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())
        assert secured.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 413")
        while secured.recv(4096):
            pass
