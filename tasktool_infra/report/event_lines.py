"""What happens in a run as lines of a log: each event by itself, and nothing is ever drawn again."""

from collections.abc import Iterator

from attrs import define, field

from tasktool_infra.engine.calls import Wait
from tasktool_infra.engine.errors import Problem
from tasktool_infra.engine.events import Called, Event, Failed, Finished, Retrying, Started, Stepped, Waiting
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Key
from tasktool_infra.report.lines import Line, line, paragraph
from tasktool_infra.report.result_lines import HALF_WAY

DOING = {Action.CREATE: "creating", Action.UPDATE: "changing", Action.DELETE: "deleting"}
DID = {Action.CREATE: "created", Action.UPDATE: "changed", Action.DELETE: "deleted"}
SOON, AGAIN = 1.0, 10.0
"""Seconds until a wait is worth a line, and between two lines about the same wait."""


@define
class Log:
    """Turns events into lines; of a wait it tells now and then only. ``verbose`` tells of every call."""

    verbose: bool = False
    _told: dict[Key, float] = field(init=False, factory=dict)

    def lines(self, event: Event) -> Iterator[Line]:
        """Give what is to be said of an event, if anything."""
        if isinstance(event, Started):
            yield line(f"{event.key}: {DOING[event.action]}")
        elif isinstance(event, Stepped) and not isinstance(event.step, Wait):
            yield line(f"{event.key}: {event.step.says}", style="grey", indent=2)
        elif isinstance(event, Waiting):
            yield from self._waits(event)
        elif isinstance(event, Called) and self.verbose:
            yield call_line(event)
        elif isinstance(event, Retrying) and (event.pause > 1 or self.verbose):
            said = f"{event.call.name}: {event.why} ({event.error.code}), again in {event.pause:.0f} s"
            yield line(said, style="grey", indent=2)
        else:
            yield from end_lines(event)

    def _waits(self, event: Waiting) -> Iterator[Line]:
        if event.seconds >= SOON and event.at - self._told.get(event.key, float("-inf")) >= AGAIN:
            self._told[event.key] = event.at
            yield line(f"{event.key}: waiting for {event.what}: {event.seen}, {event.seconds:.0f} s", indent=2)


def end_lines(event: Event) -> Iterator[Line]:
    """Give what is to be said of the end of one resource, good or bad."""
    if isinstance(event, Finished):
        yield line(f"{event.key}: {DID[event.action]} after {event.seconds:.1f} s", style="green")
    elif isinstance(event, Failed) and event.error.problem is Problem.INTERRUPTED:
        yield line(f"{event.key}: {HALF_WAY}", style="yellow")
    elif isinstance(event, Failed):
        first, *rest = paragraph(event.error.message, style="red", indent=6)
        yield line(f"{event.key}: failed: ", *first.parts, style="red")
        yield from rest


def call_line(event: Called) -> Line:
    """Give a call that has come back: what, how long, what the API calls it, and its error."""
    request = f", request {event.request_id}" if event.request_id else ""
    error = f": {event.error.code}" if event.error is not None else ""
    return line(f"{event.call.name}{error} ({event.seconds:.2f} s{request})", style="grey", indent=2)
