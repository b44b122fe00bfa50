"""Styles by name, as a terminal and as a page show them."""

from collections.abc import Iterable

from tasktool_infra.report.lines import Line

ANSI = {"green": "32", "yellow": "33", "red": "31", "cyan": "36", "grey": "90", "bold": "1", "title": "1;4"}
"""The eight colours that follow the user's own theme, light or dark."""


def ansi(each: Line, *, colour: bool) -> str:
    """Give a line for a terminal."""
    if not colour:
        return each.text
    painted = (f"\x1b[{ANSI[part.style]}m{part.text}\x1b[0m" if part.style else part.text for part in each.parts)
    return " " * each.indent + "".join(painted)


def plain(lines: Iterable[Line]) -> str:
    """Give lines as text without styles."""
    return "".join(f"{each.text}\n" for each in lines)
