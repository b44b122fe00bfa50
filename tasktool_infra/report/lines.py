"""Lines for people as plain data: parts with a style each. They are laid out for a width, and painted last."""

from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

from attrs import evolve, field, frozen

from tasktool_infra.report.words import safe

NARROWEST = 40
"""Below this nothing is laid out any narrower."""
BREAKS = "/:,=&"
"""After these, a word that is longer than a line is broken."""


@frozen
class Part:
    """Some text in one style; a style is a name such as ``green`` or ``bold``, see :mod:`palette`."""

    text: str = field(converter=safe)
    style: str = ""


@frozen
class Line:
    """One line: where it begins, how much further its continuations do, and whether it may be broken at all.

    A ``whole`` line is something to copy, such as a command: a terminal breaks it without breaking the copy.
    """

    parts: tuple[Part, ...] = ()
    indent: int = 0
    hang: int = 4
    whole: bool = False

    @property
    def text(self) -> str:
        """The line without styles."""
        return " " * self.indent + "".join(part.text for part in self.parts)


BLANK = Line()


def line(*parts: str | Part, style: str = "", indent: int = 0, hang: int = 4, whole: bool = False) -> Line:
    """Give a line of these parts; those that are bare text get ``style``."""
    made = (part if isinstance(part, Part) else Part(part, style) for part in parts)
    return Line(tuple(part for part in made if part.text), indent, hang, whole)


def paragraph(text: str, *, style: str = "", indent: int = 0) -> list[Line]:
    """Give a text of several lines; those that are indented, and no list, are commands, which stay whole."""
    lines = text.split("\n")
    return [line(each, style=style, indent=indent, hang=2, whole=_command(each)) for each in lines]


def _command(text: str) -> bool:
    return text.startswith("  ") and not text.lstrip().startswith("- ")


def columns(text: str) -> int:
    """Give how many columns of a terminal a text takes: Japanese characters take two, accents none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


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
        space = columns(word.text)
        if used + columns(word.text.rstrip()) > width and parts:
            yield evolve(each, parts=_stripped(parts), indent=indent)
            parts, indent, used = [], further, further
        parts.append(word)
        used += space
    yield evolve(each, parts=_stripped(parts), indent=indent)


def _stripped(parts: list[Part]) -> tuple[Part, ...]:
    return (*parts[:-1], Part(parts[-1].text.rstrip(), parts[-1].style))


def _words(parts: Iterable[Part], room: int) -> Iterator[Part]:
    """Give the words of all parts, each with the blanks behind it, and none wider than ``room``."""
    for part in parts:
        for word in part.text.replace(" ", " \n").split("\n"):
            text = word
            while columns(text.rstrip()) > room:
                head = _head(text, room)
                yield Part(head, part.style)
                text = text[len(head) :]
            if text:
                yield Part(text, part.style)


def _head(text: str, room: int) -> str:
    """Give the beginning of a word that fits, up to a character after which a break reads well, if there is one."""
    head = _fitting(text, room)
    best = max(head.rfind(mark) for mark in BREAKS) + 1
    return head[:best] if best > len(head) // 2 else head


def _fitting(text: str, room: int) -> str:
    if columns(text) <= room:
        return text
    used, end = 0, 0
    for end, char in enumerate(text):  # noqa: B007 - where it ends is what counts
        used += columns(char)
        if used > room:
            break
    return text[: max(end, 1)]
