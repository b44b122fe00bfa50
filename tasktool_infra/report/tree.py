"""A value of many parts as a tree of lines, each as short as it can be: what is within, further in."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasktool_infra.report.lines import Line, line
from tasktool_infra.report.values import LONGEST, flow, short

FITS = 72
"""A value of so many characters stays on one line."""
FLAT = 160
"""So does one of so many that holds nothing within: labels, settings."""
PAIR = {"name", "value"}
TEXT = 8
"""How many lines of a text are shown."""


def tree(name: str, value: Any, indent: int) -> Iterator[Line]:
    """Give a value under its name; what has a single member is on one line with it."""
    yield from _tree(name, _paired(value), indent)


def _tree(name: str, value: Any, indent: int) -> Iterator[Line]:
    name, value = _down(name, value)
    if isinstance(value, str) and "\n" in value.rstrip("\n"):
        yield line(f"{name}:", indent=indent)
        yield from _text(value.splitlines(), indent + 2)
    elif fits(value):
        yield line(f"{name}: {flow(value, empty=True, outer=True)}", indent=indent)
    elif isinstance(value, Mapping | list):
        yield line(f"{name}:", indent=indent)
        for member, each in _members(value):
            yield from _tree(member, each, indent + 2)
    else:
        yield line(f"{name}: {short(value)}", indent=indent)


def _paired(value: Any) -> Any:
    """Give a value in which lists of names with a value each, such as ``env``, are mappings."""
    if isinstance(value, Mapping):
        return {key: _paired(each) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    if all(isinstance(each, Mapping) and each.keys() == PAIR for each in value):
        pairs = {each["name"]: each["value"] for each in value}
        return pairs if value and len(pairs) == len(value) else value
    return [_paired(each) for each in value]


def fits(value: Any) -> bool:
    """Say whether a value is best read on one line."""
    if isinstance(value, str) and "\n" in value.rstrip("\n"):
        return False
    inner = value.values() if isinstance(value, Mapping) else [value]
    return len(flow(value, empty=True)) <= (FLAT if all(map(is_flat, inner)) else FITS)


def is_flat(value: Any) -> bool:
    """Say whether a value is a single one or a list of such."""
    return not isinstance(value, Mapping) and not (
        isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value)
    )


def _down(name: str, value: Any) -> tuple[str, Any]:
    """Go down as long as there is one member that is no leaf itself."""
    members = list(_members(value))
    while len(members) == 1 and isinstance(members[0][1], Mapping | list) and not fits(value):
        (member, value), *_ = members
        name = f"{name}{'' if member.startswith('[') else '.'}{member}"
        members = list(_members(value))
    return name, value


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Give what is directly within a value; things in a list are members of what holds it, by name or number."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield _named(number, item)
    for key, below in value.items() if isinstance(value, Mapping) else ():
        if isinstance(below, list) and any(isinstance(item, Mapping) for item in below) and not fits(below):
            yield from ((f"{key}{member}", item) for member, item in _members(below))
        else:
            yield key, below


def _named(number: int, item: Any) -> tuple[str, Any]:
    name = item.get("name") if isinstance(item, Mapping) else None
    if not isinstance(name, str):
        return f"[{number}]", item
    return f"[{name}]", {key: each for key, each in item.items() if key != "name"}


def _text(rows: list[str], indent: int) -> Iterator[Line]:
    shown = rows if len(rows) <= TEXT + 1 else rows[:TEXT]
    yield from (line(row.rstrip()[:LONGEST], indent=indent) for row in shown)
    if len(shown) < len(rows):
        yield line(f"… ({len(rows) - len(shown)} more lines)", style="grey", indent=indent)
