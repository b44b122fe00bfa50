"""The contents of Secrets: inside of a run they are values that nobody is shown, and texts only on the wire."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasktool_infra.values.secret import SHOWN, Secret

CONTENTS = ("data", "stringData")


def guarded(answer: Any) -> Any:
    """Give an object, or a list of objects, so that the contents of every Secret in it are shown nowhere."""
    kind = answer.get("kind") if isinstance(answer, dict) else None
    if kind in ("SecretList", "List"):
        items = [_guarded(item) if kind == "SecretList" else guarded(item) for item in answer.get("items") or ()]
        return {**answer, "items": items}
    return _guarded(answer) if kind == "Secret" else answer


def _guarded(item: dict[str, Any]) -> dict[str, Any]:
    held = {name: _each(item[name]) for name in CONTENTS if isinstance(item.get(name), dict)}
    return {**item, **held}


def _each(contents: Mapping[str, Any]) -> dict[str, Any]:
    return {key: Secret(value) if isinstance(value, str) else value for key, value in contents.items()}


def without_secrets(answer: bytes, sent: Any) -> bytes:
    """Give what a server says of an object without the contents that it may have quoted of it."""
    for secret in sorted(set(_secrets(sent)), key=len, reverse=True):
        answer = answer.replace(secret.encode(), SHOWN.encode())
    return answer


def _secrets(sent: Any) -> Iterator[str]:
    if isinstance(sent, Secret) and sent.value:
        yield sent.value
    elif isinstance(sent, Mapping):
        for inner in sent.values():
            yield from _secrets(inner)
