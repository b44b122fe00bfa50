"""How far a run has come, for a screen that is drawn again and again. Pure: the time is handed in."""

from attrs import define, evolve, field

from tasktool_infra.engine.calls import Wait
from tasktool_infra.engine.events import (
    Called,
    Ended,
    Event,
    Failed,
    Finished,
    Planned,
    Retrying,
    Started,
    Stepped,
    Waiting,
)
from tasktool_infra.engine.plan import CHANGING
from tasktool_infra.engine.resource import Key
from tasktool_infra.report.layout import cut
from tasktool_infra.report.lines import Line, Part, line
from tasktool_infra.report.plan_lines import SIGNS

BAR = 24
SLOW = 0.5
"""Seconds of reading before it is worth a line."""


@define
class Row:
    """One resource under way."""

    sign: str
    style: str
    began: float
    doing: str = ""


@define
class Progress:
    """What has been heard of a run until now."""

    total: int = 0
    done: int = 0
    failed: int = 0
    calls: int = 0
    began: float | None = None
    rows: dict[Key, Row] = field(factory=dict)
    held: dict[str, tuple[float, str]] = field(factory=dict)
    """Calls that will be made again: when, and why."""
    _planned: bool = False

    @property
    def resting(self) -> bool:
        """Whether there is nothing to draw again: somebody reads a plan, or it is over."""
        return self.began is None

    def hear(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, Called) and not self._planned:
            self.calls += 1
            self.began = event.at - event.seconds if self.began is None else self.began
        elif isinstance(event, Retrying):
            self.held[event.call.name] = (event.at + event.pause, f"{event.why} ({event.error.code})")
        elif isinstance(event, Planned):
            self.total, self.began, self._planned = event.plan.count(*CHANGING), None, True
        elif isinstance(event, Ended):
            self.began, self.rows = None, {}
        elif isinstance(event, Started):
            self.began = event.at if self.began is None else self.began
            sign, style, _ = SIGNS[event.action]
            self.rows[event.key] = Row(sign, style, event.at)
        elif isinstance(event, Finished | Failed):
            self.rows.pop(event.key, None)
            self.done += isinstance(event, Finished)
            self.failed += isinstance(event, Failed)
        else:
            self._row(event)

    def _row(self, event: Event) -> None:
        row = self.rows.get(event.key) if isinstance(event, Stepped | Waiting) else None
        if row is not None and isinstance(event, Waiting):
            row.doing = event.seen if event.seen not in ("not yet", "still there") else f"waiting for {event.what}"
        elif row is not None and isinstance(event, Stepped):
            row.doing = f"waiting for {event.step.says}" if isinstance(event.step, Wait) else event.step.says

    def lines(self, now: float, width: int, height: int) -> list[Line]:
        """Give what is under way, the longest first, and the bar: no wider and no higher than there is room."""
        if self.began is None:
            return []
        if not self._planned:
            said = f"Reading what stands: {self.calls} calls, {now - self.began:.0f} s"
            told = [line(said, style="grey"), *self._held(now)] if now - self.began >= SLOW else []
            return [cut(each, width) for each in told]
        rows = [_row_line(key, row, now, width) for key, row in self.rows.items()]
        room = max(height - 2 - len(self._held(now)), 1)
        if len(rows) > room:
            rows = [*rows[: room - 1], line(f"… and {len(rows) - room + 1} more under way", style="grey", indent=2)]
        return [cut(each, width) for each in (*rows, *self._held(now), self.bar(now - self.began, width))]

    def _held(self, now: float) -> list[Line]:
        """Give in a line what will be tried again, and when the first of it: it is why nothing else moves."""
        coming = sorted((at, f"{call}: {why}") for call, (at, why) in self.held.items() if at > now)
        if not coming:
            return []
        more = f" and {len(coming) - 1} more" if len(coming) > 1 else ""
        at, said = coming[0]
        return [line(f"{said}{more}, again in {at - now:.0f} s", style="yellow", indent=2)]

    def bar(self, seconds: float, width: int) -> Line:
        """Give how much of all is done after so many seconds."""
        ended = self.done + self.failed
        wide = min(BAR, max(width - 30, 4))
        full = wide * ended // self.total if self.total else wide
        failed = Part(f", {self.failed} failed", "red" if self.failed else "")
        return line(
            Part("━" * full, "green"),
            Part("─" * (wide - full), "grey"),
            f" {ended} of {self.total}",
            *([failed] if self.failed else []),
            f", {seconds:.0f} s",
        )


def _row_line(key: Key, row: Row, now: float, width: int) -> Line:
    """Give the line of a resource; where there is no room for all of it, the time is not what is left out."""
    took = f"{now - row.began:.0f} s"
    said = line(Part(f"{row.sign} ", row.style), f"{key}  ", Part(row.doing, "grey"), indent=2)
    shortened = cut(said, width - len(took) - 2)
    return evolve(shortened, parts=(*shortened.parts, Part(f"{', ' if row.doing else ''}{took}", "grey")))
