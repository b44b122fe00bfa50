"""Tells machines of a run: one JSON record a line, and nothing else on that stream."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from attrs import define

from tasktool_infra._version import __version__
from tasktool_infra.engine.events import Called, Event
from tasktool_infra.report.event_data import FORMAT, event_data
from tasktool_infra.report.words import unheard


@define(eq=False)
class Machine:
    """Writes records; the first says version and command. ``verbose`` adds a record for every call."""

    stream: TextIO
    command: str
    verbose: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __attrs_post_init__(self) -> None:
        """Begin with what the reader must know first."""
        self.write({"type": "version", "format": FORMAT, "tool": __version__, "command": self.command})

    def __call__(self, event: Event) -> None:
        """Write the record of an event, if it has one."""
        if not isinstance(event, Called) or self.verbose:
            data = event_data(event)
            if data is not None:
                self.write(data)

    def close(self) -> None:
        """Do nothing: every record is out."""

    @unheard()
    def write(self, data: Mapping[str, Any]) -> None:
        """Write a record; the time is added."""
        time = self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        # ASCII, so that no encoding of the stream can spoil it.
        self.stream.write(json.dumps({**data, "time": time}, default=str) + "\n")
        self.stream.flush()
