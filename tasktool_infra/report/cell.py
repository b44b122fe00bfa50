"""How far a run has come, in the cell of a notebook: one output that is replaced, and taken away by the result."""

import time
from collections.abc import Callable
from typing import Any

from attrs import define, field

from tasktool_infra.engine.events import Ended, Event, Failed, Noted, Planned
from tasktool_infra.report.event_lines import end_lines
from tasktool_infra.report.lines import Line, line
from tasktool_infra.report.notebook import html
from tasktool_infra.report.palette import plain
from tasktool_infra.report.progress import Progress
from tasktool_infra.report.result_lines import summary

SOONEST = 0.2
"""Seconds between two replacements: a browser has to keep up."""
WIDTH, HEIGHT = 100, 12


@define(eq=False)
class Cell:
    """Listens to a run; ``show`` takes the forms of an output by MIME type, and puts them in the place of the last."""

    show: Callable[[dict[str, str]], None]
    now: Callable[[], float] = time.monotonic
    _progress: Progress = field(init=False, factory=Progress)
    _said: list[Line] = field(init=False, factory=list)
    _last: float = field(init=False, default=float("-inf"))

    def __call__(self, event: Event) -> None:
        """Show what has changed; failures stay, and at the end the sum: whoever wants more looks at the result."""
        self._progress.hear(event)
        told = self._told(event)
        self._said.extend(told)
        if told or isinstance(event, Planned | Ended) or self.now() - self._last >= SOONEST:
            self._last = self.now()
            lines = [*self._said, *self._progress.lines(event.at, WIDTH, HEIGHT)]
            if lines:
                self.show({"text/html": html(lines), "text/plain": plain(lines).rstrip("\n")})

    def _told(self, event: Event) -> list[Line]:
        if isinstance(event, Noted):
            return [line(event.text, style="grey")]
        if isinstance(event, Failed):
            return list(end_lines(event))
        return list(summary(event.result)) if isinstance(event, Ended) else []


def cell() -> Cell:
    """Give what shows a run in the cell that runs just now."""
    import IPython.display as ipython

    # Without types in some versions, with some in others.
    show: Any = ipython.display
    handle = show({"text/plain": ""}, raw=True, display_id=True)
    return Cell(lambda forms: handle.update(forms, raw=True))
