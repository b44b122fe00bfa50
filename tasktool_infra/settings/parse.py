"""Turns the text of an option or environment variable into a value, and a value back into such a text."""

from collections.abc import Mapping

from tasktool_infra.settings.errors import show
from tasktool_infra.settings.schema import Type

_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def parse(kind: Type, text: str) -> object:
    """Give the value that a text stands for.

    Takes:
        kind: how to read it: lists are `a,b`, maps `k=v,k=v`, flags true, false, 1, 0, yes or no.
        text: not empty.

    Raises:
        ValueError: it stands for none; the message says why, ready to follow the setting's place and a colon.

    """
    if kind == "list":
        return _items(text)
    if kind == "map":
        return _pairs(text)
    return _flag(text) if kind == "flag" else text


def unparse(value: object) -> str:
    """Give the text that `parse` reads as this value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ",".join(f"{key}={inner}" for key, inner in value.items())
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _items(text: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in text.split(","))
    if not all(items):
        raise ValueError(f"{show(text)} has an empty item; a list is written a,b")
    return items


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in _items(text):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals or not key:
            raise ValueError(f"{show(item)} is no pair; a map is written key=value,key=value")
        if key in pairs:
            raise ValueError(f"key {show(key)} is there more than once")
        pairs[key] = value
    return pairs


def _flag(text: str) -> bool:
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise ValueError(f"{show(text)} must be one of {', '.join(_FLAGS)}") from None
