"""The TokenRequest that kubectl sends: read as it is meant, and anything else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.sandbox.kubernetes.errors import ApiError
from tasktool_infra.sandbox.kubernetes.protobuf import MAGIC, token_request

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)


def varint(value: int) -> bytes:
    low, high = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


def field(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def request(audiences: list[str], seconds: int | None) -> bytes:
    spec = b"".join(field(1, each.encode()) for each in audiences)
    spec += b"" if seconds is None else field(4, seconds)
    meta = field(1, b"authentication.k8s.io/v1") + field(2, b"TokenRequest")
    return MAGIC + field(1, meta) + field(2, field(1, b"") + field(2, spec) + field(3, b"")) + field(3, b"")


@given(st.lists(st.text()), st.none() | NUMBERS)
def test_what_was_asked_is_read(audiences: list[str], seconds: int | None) -> None:
    found = token_request(request(audiences, seconds))["spec"]
    assert found == {"audiences": audiences} | ({} if seconds is None else {"expirationSeconds": seconds})


@given(st.binary())
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    found = refused = None
    try:
        found = token_request(MAGIC + body)
    except ApiError as error:
        refused = error.code
    assert refused == 400 or (found is not None and set(found) == {"spec"})


def test_what_is_cut_short_or_no_protobuf_is_refused() -> None:
    whole = request(["sts.amazonaws.com"], 3600)
    for body in (whole[: len(MAGIC) + 30], b"{}", b""):
        with pytest.raises(ApiError):
            token_request(body)
