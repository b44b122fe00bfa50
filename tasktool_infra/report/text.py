"""Tells people of a run: at a terminal what is under way is drawn again in place, elsewhere each event is a line."""

import threading
import time
from collections.abc import Callable, Iterable

from attrs import define, evolve, field

from tasktool_infra.engine.events import Called, Ended, Event, Failed, Noted, Planned, Retrying
from tasktool_infra.report.console import Console
from tasktool_infra.report.event_lines import Log, end_lines
from tasktool_infra.report.lines import Line, Part, line, paragraph
from tasktool_infra.report.live import Screen
from tasktool_infra.report.plan_lines import plan_lines, sum_lines
from tasktool_infra.report.progress import Progress
from tasktool_infra.report.result_lines import result_lines, summary
from tasktool_infra.report.words import unheard

TICK = 0.25
"""Seconds between two drawings when nothing happens: the clocks go on."""
SOONEST = 0.05
"""Seconds between two drawings however much happens."""


def standing(event: Event, *, quiet: bool) -> list[Line]:
    """Give the lines of what is said the same everywhere: notes, plans and results."""
    if isinstance(event, Noted):
        return [] if quiet else [evolve(each, hang=0) for each in paragraph(event.text, style="grey")]
    if isinstance(event, Planned):
        return list(sum_lines(event.plan)) if quiet else plan_lines(event.plan)
    if isinstance(event, Ended):
        return list(summary(event.result)) if quiet else result_lines(event.result)
    return []


@define(eq=False)
class Plain:
    """One line for each event, with the time of day: for files, pipes, CI and dumb terminals."""

    console: Console
    quiet: bool = False
    log: Log = field(factory=Log)
    clock: Callable[[], str] = lambda: time.strftime("%H:%M:%S")

    @unheard()
    def __call__(self, event: Event) -> None:
        """Tell of what is worth telling."""
        lines = standing(event, quiet=self.quiet)
        if not lines:
            told = self._quietly(event) if self.quiet else self.log.lines(event)
            lines = [line(f"{self.clock()} ", *_parts(each)) for each in told]
        if lines:
            self.console.show(lines)

    def _quietly(self, event: Event) -> Iterable[Line]:
        return end_lines(event) if isinstance(event, Failed) else ()

    def close(self) -> None:
        """Do nothing: every line is out."""


def _parts(each: Line) -> Iterable[Part]:
    return (Part(" " * each.indent), *each.parts)


@define(eq=False)
class Live:
    """What is under way at the end of the terminal, and above it what has ended."""

    console: Console
    log: Log = field(factory=Log)
    now: Callable[[], float] = time.monotonic
    _progress: Progress = field(init=False, factory=Progress)
    _screen: Screen = field(init=False)
    _lock: "threading.RLock" = field(init=False, factory=threading.RLock)
    _stop: threading.Event = field(init=False, factory=threading.Event)
    _ticker: threading.Thread | None = field(init=False, default=None)
    _lead: float = field(init=False, default=0.0)
    _last: float = field(init=False, default=0.0)

    def __attrs_post_init__(self) -> None:
        """Take the screen."""
        self._screen = Screen(self.console)

    @unheard()
    def __call__(self, event: Event) -> None:
        """Draw what has changed; what ends stays above."""
        with self._lock:
            # Events have the driver's clock, of which only the differences count here.
            self._lead = event.at - self.now() if event.at else self._lead
            self._progress.hear(event)
            above = [*standing(event, quiet=False), *self._told(event)]
            if self._progress.resting:
                self._screen.draw(above, [])
            elif above or self.now() - self._last >= SOONEST:
                self._draw(above)
            if not self._progress.resting and self._ticker is None:
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()

    def _told(self, event: Event) -> Iterable[Line]:
        if isinstance(event, Called | Retrying):
            return self.log.lines(event) if self.log.verbose else ()
        return end_lines(event)

    def _draw(self, above: Iterable[Line]) -> None:
        width, height = self._screen.size
        self._last = self.now()
        self._screen.draw(above, self._progress.lines(self._last + self._lead, width, height))

    def _tick(self) -> None:
        while not self._stop.wait(TICK):
            with self._lock, unheard():
                if not self._progress.resting and not self._stop.is_set():
                    self._draw([])

    def close(self) -> None:
        """Leave nothing behind that is still to change."""
        self._stop.set()
        with self._lock, unheard():
            self._screen.draw([], [])
