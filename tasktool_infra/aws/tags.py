"""Tags between the lists that the APIs speak and the mappings that we compare."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from tasktool_infra.values.frozen import FrozenDict


def from_list(tags: Iterable[Mapping[str, Any]]) -> FrozenDict[str]:
    """Give tags as a mapping.

    Takes:
        tags: `Key` and `Value`, as most services spell it, or `key` and `value`. Where a key stands twice, which AWS
            never answers but an emulator may, the last one counts: it was put last.

    Raises:
        ValueError: something is no tag.

    """
    return FrozenDict(dict(map(_pair, tags)))


def to_list(tags: Mapping[str, str], spelling: Literal["Key", "key"] = "Key") -> list[dict[str, str]]:
    """Give a mapping as a list, sorted by key, so that equal tags make equal calls.

    Takes:
        tags: by key.
        spelling: how the service spells it: `Key` and `Value`, or `key` and `value`.
    """
    value = "Value" if spelling == "Key" else "value"
    return [{spelling: key, value: tags[key]} for key in sorted(tags)]


def _pair(tag: Mapping[str, Any]) -> tuple[str, str]:
    for key, value in (("Key", "Value"), ("key", "value")):
        if key in tag:
            return tag[key], tag.get(value) or ""
    raise ValueError(f"This is no tag, having neither Key nor key: {dict(tag)!r}")
