"""Lines laid out for a width: broken where it reads well, commands and values kept whole as far as there is room."""

import re
from collections.abc import Iterable, Iterator

from attrs import evolve

from tasktool_infra.report.lines import Line, Part, columns

NARROWEST = 40
"""Below this nothing is laid out any narrower."""
BREAKS = ("/:,=&", "-._")
"""After these, the first ones rather, a word that is longer than a line is broken."""
COMMAND = re.compile(
    r"(?:^|(?<=: )|(?<=\())"
    r"((?:aws|docker|eksctl|kubectl|minikube|pip|ps|python3?|unset|\w+\.py) [^()]*?)"
    r"(?=\.?$|; |, then|\. | shows | \(|\))"
)
"""A command within a sentence: after a colon or a parenthesis, up to its end or that of the sentence."""


def laid_out(lines: Iterable[Line], width: int | None) -> Iterator[Line]:
    """Give the lines broken so that none is wider than ``width``; None breaks nothing."""
    for each in lines:
        if width is None or each.whole or columns(each.text) <= width:
            yield each
        else:
            yield from _broken(each, max(width, NARROWEST))


def cut(each: Line, width: int) -> Line:
    """Give a line shortened to ``width``, with an ellipsis where something is missing."""
    if columns(each.text) <= width:
        return each
    room, kept = max(width - each.indent - 1, 1), []
    for part in each.parts:
        text = _fitting(part.text, room)
        kept.append(Part(text, part.style))
        room -= columns(text)
        if text != part.text:
            break
    return evolve(each, parts=(*kept, Part("…", kept[-1].style)))


def _broken(each: Line, width: int) -> Iterator[Line]:
    further = min(each.indent + each.hang, width // 2)
    parts: list[Part] = []
    indent, used = each.indent, each.indent
    for word in _words(each.parts, width - further):
        if used + columns(word.text.rstrip()) > width and parts:
            yield _row(each, parts, indent, width)
            parts, indent, used = [], further, further
        parts.append(word)
        used += columns(word.text)
    yield _row(each, parts, indent, width)


def _row(each: Line, parts: list[Part], indent: int, width: int) -> Line:
    """Give one line of several; what is still too wide is a command, and whole."""
    stripped = (*parts[:-1], Part(parts[-1].text.rstrip(), parts[-1].style))
    row = evolve(each, parts=stripped, indent=indent)
    return row if columns(row.text) <= width else evolve(row, whole=True)


def _words(parts: Iterable[Part], room: int) -> Iterator[Part]:
    """Give the words of all parts, each with the blanks behind it; but for commands none is wider than ``room``."""
    for part in parts:
        told, *others = COMMAND.split(part.text)
        yield from _parted(told, part.style, room)
        for command, after in zip(others[::2], others[1::2], strict=True):
            end, blank, rest = after.partition(" ")
            yield Part(command + end + blank, part.style)
            yield from _parted(rest, part.style, room)


def _parted(text: str, style: str, room: int) -> Iterator[Part]:
    yield from (Part(word, style) for word in _names_with_values(_fitting_words(text, room), room) if word)


def _fitting_words(text: str, room: int) -> Iterator[str]:
    for word in text.replace(" ", " \n").split("\n"):
        left = word
        while columns(left.rstrip()) > room:
            head = _head(left, room)
            yield head
            left = left[len(head) :]
        yield left


def _names_with_values(words: Iterable[str], room: int) -> Iterator[str]:
    """Give the words, those that end in a colon together with the next one where there is room for both."""
    held: list[str] = []
    for word in words:
        while held and columns("".join(held) + word.rstrip()) > room:
            yield held.pop(0)
        held.append(word)
        if not word.endswith(": "):
            yield "".join(held)
            held.clear()
    yield "".join(held)


def _head(text: str, room: int) -> str:
    """Give the beginning of a word that fits, up to a character after which a break reads well, if there is one."""
    head = _fitting(text, room)
    places = (max(head.rfind(mark) for mark in marks) + 1 for marks in BREAKS)
    return head[: next((place for place in places if place > len(head) // 2), len(head))]


def _fitting(text: str, room: int) -> str:
    if columns(text) <= room:
        return text
    used, end = 0, 0
    for end, char in enumerate(text):  # noqa: B007 - where it ends is what counts
        used += columns(char)
        if used > room:
            break
    return text[: max(end, 1)]
