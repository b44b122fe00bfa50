"""How far a run has come, in the cell of a notebook: one output that is replaced.

What is raised or given shows itself below, so of what it says nothing stays here.
"""

import time
from collections.abc import Callable
from typing import Any

from attrs import define, field

from tasktool_infra.engine.events import Ended, Event, Failed, Noted, Planned
from tasktool_infra.engine.execute import Result
from tasktool_infra.report.event_lines import end_lines
from tasktool_infra.report.lines import Line, line
from tasktool_infra.report.notebook import html
from tasktool_infra.report.palette import plain
from tasktool_infra.report.progress import Progress
from tasktool_infra.report.result_lines import result_lines

SOONEST = 0.2
"""Seconds between two replacements: a browser has to keep up."""
WIDTH, HEIGHT = 100, 12
_PLACES: set[str] = set()
"""What was said of places in this kernel: once is enough."""


@define(eq=False)
class Cell:
    """Listens to a run; ``show`` takes the forms of an output by MIME type, and puts them in the place of the last."""

    show: Callable[[dict[str, str]], None]
    now: Callable[[], float] = time.monotonic
    places: set[str] = field(factory=set)
    _progress: Progress = field(init=False, factory=Progress)
    _said: list[Line] = field(init=False, factory=list)
    _failures: list[Line] = field(init=False, factory=list)
    _shown: bool = field(init=False, default=False)
    _ended: bool = field(init=False, default=False)
    _last: float = field(init=False, default=float("-inf"))

    def __call__(self, event: Event) -> None:
        """Show what has changed; at the end the bar stays, and of a run that failed what stands."""
        self._progress.hear(event)
        told = self._told(event)
        if isinstance(event, Ended):
            self._ended = True
            self._show([*self._said, *self._end(event.result)])
        elif told or isinstance(event, Planned) or self.now() - self._last >= SOONEST:
            self._show([*self._said, *self._failures, *self._progress.lines(event.at, WIDTH, HEIGHT)])

    def close(self) -> None:
        """Take away what was under way when a run came to no end, or had none to tell of."""
        if not self._ended:
            self._show(self._said)

    def _show(self, lines: list[Line]) -> None:
        self._last = self.now()
        if lines or self._shown:
            self._shown = True
            self.show({"text/html": html(lines), "text/plain": plain(lines).rstrip("\n")})

    def _told(self, event: Event) -> bool:
        """Say whether there is something new to be read at once."""
        if isinstance(event, Noted) and (event.at or event.text not in self.places):
            self.places.add(event.text)
            self._said.append(line(event.text, style="grey", hang=0))
            return True
        if isinstance(event, Failed):
            self._failures.extend(end_lines(event))
        return isinstance(event, Failed)

    def _end(self, result: Result) -> list[Line]:
        if result.interrupted or result.failed or result.not_started:
            return result_lines(result)
        return [self._progress.bar(result.took, WIDTH)] if result.done else []


def cell() -> Cell:
    """Give what shows a run in the cell that runs just now; without anything to show, the cell has no output of it."""
    import IPython.display as ipython

    # Without types in some versions, with some in others.
    display: Any = ipython.display
    handles: list[Any] = []

    def show(forms: dict[str, str]) -> None:
        if handles:
            handles[0].update(forms, raw=True)
        else:
            handles.append(display(forms, raw=True, display_id=True))

    return Cell(show, places=_PLACES)
