"""The one body that kubectl sends as protobuf and that is read here: the TokenRequest of ``kubectl create token``.

Source: Kubernetes, ``k8s.io/apimachinery`` runtime/generated.proto (Unknown), ``k8s.io/api`` authentication/v1; the
encoding of Protocol Buffers.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from tasktool_infra.sandbox.kubernetes.errors import bad_request

PROTOBUF = "application/vnd.kubernetes.protobuf"
T = TypeVar("T", bytes, int)
MAGIC = b"k8s\x00"
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def token_request(body: bytes) -> dict[str, Any]:
    """Give the TokenRequest of a body; raises ApiError (400) for what is none."""
    if not body.startswith(MAGIC):
        raise bad_request("the body is not in the form of Kubernetes' protobuf")
    try:
        spec = _one(_one(body.removeprefix(MAGIC), 2), 2)
        audiences = [value.decode() for value in _all(spec, 1, bytes)]
        seconds = _all(spec, 4, int)
    except (ValueError, IndexError) as error:
        raise bad_request(f"the body is no TokenRequest: {error}") from error
    return {"spec": {"audiences": audiences} | ({"expirationSeconds": seconds[-1]} if seconds else {})}


def _one(message: bytes, number: int) -> bytes:
    """Give the last field of a number; an empty one where there is none, which means the same."""
    found = _all(message, number, bytes)
    return found[-1] if found else b""


def _all(message: bytes, number: int, kind: type[T]) -> list[T]:
    found = [value for field, value in _fields(message) if field == number]
    if not all(isinstance(value, kind) for value in found):
        raise ValueError(f"field {number} is of another type")
    return found


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        size, at = _varint(message, at) if kind == BYTES else ({FIXED64: 8, FIXED32: 4}.get(kind, len(message) + 1), at)
        if at + size > len(message):
            raise ValueError("it ends too early")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
