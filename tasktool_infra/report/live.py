"""A part of a terminal that is drawn again in place, below lines that stay.

Written over instead of wiped, so that nothing flickers; cut to the width, so that nothing wraps; the cursor stays where
a shell wants it, so that a killed run leaves the terminal as it should be.
"""

import os
from collections.abc import Iterable, Sequence

from attrs import define, field

from tasktool_infra.report.console import USUAL, Console
from tasktool_infra.report.layout import cut, laid_out
from tasktool_infra.report.lines import Line, columns
from tasktool_infra.report.palette import ansi

UP, CLEAR_REST, CLEAR_BELOW = "\x1b[{}A", "\x1b[K", "\x1b[J"
"""Control sequences of every terminal since the VT100 (ECMA-48: CUU, EL, ED)."""
LOW = 24


@define(eq=False)
class Screen:
    """The end of a terminal; one thread at a time."""

    console: Console
    _drawn: list[Line] = field(init=False, factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height just now; one column is left free, so that no terminal wraps."""
        try:
            seen = os.get_terminal_size(self.console.stream.fileno())
        except (OSError, ValueError):
            return USUAL - 1, LOW
        return max(seen.columns or USUAL, 2) - 1, seen.lines or LOW

    def draw(self, above: Iterable[Line], below: Sequence[Line]) -> None:
        """Add lines that stay, and put others in the place of those drawn last."""
        width, _ = self.size
        moving = [cut(each, width) for each in below]
        lines = [*laid_out(above, width), *moving]
        if not lines and not self._drawn:
            return
        up = self._height(width)
        painted = "".join(f"{ansi(each, colour=self.console.colour)}{CLEAR_REST}\n" for each in lines)
        self.console.stream.write(f"\r{UP.format(up) if up else ''}{painted}{CLEAR_BELOW}")
        self.console.stream.flush()
        self._drawn = moving

    def _height(self, width: int) -> int:
        """Give how many rows the drawn lines take by now: a terminal that was made narrower has wrapped them."""
        return sum(max(-(-columns(each.text) // (width + 1)), 1) for each in self._drawn)
