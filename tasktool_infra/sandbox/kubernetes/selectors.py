"""Label and field selectors, as they stand in a request's query. Source: Kubernetes API concepts."""

import re
from collections.abc import Callable
from typing import Any

from tasktool_infra.sandbox.kubernetes.errors import bad_request

Json = dict[str, Any]
Test = Callable[[Json], bool]

SET = re.compile(r"^(?P<key>\S+)\s+(?P<word>in|notin)\s+\((?P<values>[^)]*)\)$")
EQUALITY = re.compile(r"^(?P<key>[^=!\s]+)\s*(?P<sign>==|=|!=)\s*(?P<value>\S*)$")
PRESENCE = re.compile(r"^(?P<absent>!?)\s*(?P<key>[^=!\s()]+)$")


def matcher(labels: str, fields: str) -> Test:
    """Give a test for objects; raises ApiError (400) for a selector that can't be read."""
    tests = [_label_test(part) for part in _split(labels)] + [_field_test(part) for part in _split(fields)]
    return lambda value: all(test(value) for test in tests)


def _split(selector: str) -> list[str]:
    """Give the requirements: separated by commas, those in brackets aside."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", selector) if part.strip()]


def _label_test(part: str) -> Test:
    if found := SET.match(part):
        values = {value.strip() for value in found["values"].split(",")}
        return _compared(found["key"], values, wanted=found["word"] == "in")
    if found := EQUALITY.match(part):
        return _compared(found["key"], {found["value"]}, wanted=found["sign"] != "!=")
    if found := PRESENCE.match(part):
        key, absent = found["key"], bool(found["absent"])
        return lambda value: (key in _labels(value)) != absent
    raise bad_request(f"unable to parse requirement: {part}")


def _compared(key: str, values: set[str], *, wanted: bool) -> Test:
    """Make a test of one label; a label that is absent is in no set, and so passes `!=` and `notin`."""
    return lambda value: (_labels(value).get(key) in values) == wanted


def _labels(value: Json) -> dict[str, str]:
    return value["metadata"].get("labels") or {}


def _field_test(part: str) -> Test:
    found = EQUALITY.match(part)
    if not found:
        raise bad_request(f"invalid field selector: {part}")
    return lambda value: (_field(value, found["key"]) == found["value"]) == (found["sign"] != "!=")


def _field(value: Any, path: str) -> str:
    for name in path.split("."):
        value = value.get(name, "") if isinstance(value, dict) else ""
    return str(value)
