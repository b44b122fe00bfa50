"""How values of a plan read: short, without quotes where there is no doubt, and what differs instead of everything."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tasktool_infra.report.lines import Part

LONGEST = 300
"""How many characters of one value are shown."""
AROUND = 40
"""How much of what is the same is shown before a difference inside a long text."""
_DOUBTFUL = re.compile(r"(?i)true|false|null|nothing|[-+.]?\d[\d.e+-]*|\s.*|.*\s|", re.DOTALL)
EMPTY: tuple[Any, ...] = (None, "", (), [], {})
GAINED, LOST = "green", "red"


def flow(value: Any, *, empty: bool = False, outer: bool = False) -> str:
    """Give JSON data on one line; what is empty is left out unless ``empty``.

    The outermost list or mapping has brackets only when ``outer`` says so.
    """
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if empty or item not in EMPTY}
        text = ", ".join(f"{key}: {flow(item, empty=empty, outer=True)}" for key, item in kept.items())
        return f"{{{text}}}" if outer else text or "nothing"
    if isinstance(value, list | tuple):
        text = ", ".join(flow(item, empty=empty, outer=True) for item in value)
        return f"[{text}]" if outer else text or "nothing"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return "nothing" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    text = json.dumps(value, ensure_ascii=False) if _DOUBTFUL.fullmatch(value) else value
    return text.replace("\n", "↵")


def short(value: Any) -> str:
    """Give a value on one line, cut when it is very long, with its length then."""
    text = flow(value, outer=isinstance(value, Mapping))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def difference(old: Any, new: Any) -> list[Part]:
    """Give the way from one value to another: of lists what goes and comes, of long texts where they part."""
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return _members(old, new)
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > LONGEST:
        old, new = _parting(old, new)
    before = [] if old in EMPTY else [Part(f"{short(old)} → ")]
    return [*before, Part("removed" if new is None else short(new))]


def _members(old: Iterable[Any], new: Iterable[Any]) -> list[Part]:
    before, after = list(old), list(new)
    lost = [item for item in before if item not in after]
    gained = [item for item in after if item not in before]
    if not lost and not gained:
        return [Part(f"{short(before)} → {short(after)}")]
    return members(gained, lost, same=len(before) - len(lost))


def members(gained: Iterable[Any], lost: Iterable[Any], *, same: int = 0) -> list[Part]:
    """Give what a collection gains and loses, and how many members it keeps."""
    signed = [("- ", item, LOST) for item in lost] + [("+ ", item, GAINED) for item in gained]
    parts = [Part(sign + short(item), style) for sign, item, style in signed]
    spaced = [each for part in parts for each in (Part(", "), part)][1:]
    return [*spaced, Part(f" ({same} unchanged)", "grey")] if same else spaced


def _parting(old: str, new: str) -> tuple[str, str]:
    """Give two long texts from shortly before the place where they part."""
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(same - AROUND, 0)
    return ("…" * (start > 0) + old[start:], "…" * (start > 0) + new[start:])
