"""Where lines go: a stream, how wide it is, whether it takes colour, and whether somebody watches it."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

from attrs import evolve, frozen

from tasktool_infra.report.layout import laid_out
from tasktool_infra.report.lines import Line, line, paragraph
from tasktool_infra.report.palette import ansi
from tasktool_infra.report.words import unheard

USUAL = 80
"""The width of a terminal that does not say."""


@frozen
class Console:
    """A stream for lines. ``live`` says whether lines may be drawn again: a terminal that can, and a person before it.

    ``fixed`` is the width in columns of what is no terminal; None breaks no line there.
    """

    stream: TextIO
    colour: bool = False
    live: bool = False
    fixed: int | None = None

    @property
    def width(self) -> int | None:
        """How wide it is just now."""
        if not self.stream.isatty():
            return self.fixed
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or USUAL
        except (OSError, ValueError):
            return USUAL

    def show(self, lines: Iterable[Line]) -> None:
        """Write lines at once."""
        text = "".join(f"{ansi(each, colour=self.colour)}\n" for each in laid_out(lines, self.width))
        self.stream.write(text)
        self.stream.flush()


def console(stream: TextIO | None = None, environ: Mapping[str, str] | None = None) -> Console:
    """Give the console of a stream (None: standard output) as the shell's variables want it.

    ``NO_COLOR`` wins over ``FORCE_COLOR``, both over what the stream is; where ``CI`` is set nobody watches. Sources:
    no-color.org, force-color.org.
    """
    out, shell = stream or sys.stdout, os.environ if environ is None else environ
    able = out.isatty() and shell.get("TERM", "") not in ("dumb", "")
    forced = shell.get("FORCE_COLOR", "") not in ("", "0", "false")
    colour = not shell.get("NO_COLOR") and (forced or able)
    given = shell.get("COLUMNS", "")
    return Console(out, colour, able and not in_ci(shell), int(given) if given.isdecimal() and int(given) else None)


@unheard()
def say(text: str, *, style: str = "", to_copy: str = "") -> None:
    """Show a text on standard output, and below it what is there to be copied as it is."""
    copied = [line(each, whole=True) for each in to_copy.splitlines()]
    console().show([*(evolve(each, hang=0) for each in paragraph(text, style=style)), *copied])


def in_ci(environ: Mapping[str, str] | None = None) -> bool:
    """Say whether this runs where nobody is to be asked: ``CI`` is set, as all services for it do."""
    return (os.environ if environ is None else environ).get("CI", "") not in ("", "0", "false")
