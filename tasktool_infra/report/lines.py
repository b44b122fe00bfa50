"""Lines for people as plain data: parts with a style each. Laid out for a width by `layout`, and painted last."""

from unicodedata import combining, east_asian_width

from attrs import field, frozen

from tasktool_infra.report.words import safe


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
    """Give a text of several lines; what is indented, and no item of a list, is a command, which stays whole."""
    lines, item = [], 0
    for each in text.split("\n"):
        begin = len(each) - len(each.lstrip())
        if each.lstrip().startswith("- "):
            item = begin + 2
        whole = begin > 0 and begin != item and not each.lstrip().startswith("- ")
        hang = item if begin else 2
        lines.append(line(each, style=style, indent=indent, hang=hang, whole=whole))
    return lines


def columns(text: str) -> int:
    """Give how many columns of a terminal a text takes: Japanese characters take two, accents none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
