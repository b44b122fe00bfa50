"""Who is told of a run, as the options and the shell want it."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from attrs import frozen

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.events import Event, Listeners
from tasktool_infra.report.console import console
from tasktool_infra.report.event_data import error_data
from tasktool_infra.report.event_lines import Log
from tasktool_infra.report.github import step_summary
from tasktool_infra.report.machine import Machine
from tasktool_infra.report.text import Live, Plain


class Told(Protocol):
    """Somebody who is told, and who leaves the terminal in order at the end."""

    def __call__(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """Come to an end."""


@frozen
class Reporter:
    """All who are told of one run."""

    told: tuple[Told, ...]

    @property
    def listeners(self) -> Listeners:
        """What a run takes."""
        return Listeners(self.told)

    def record(self, data: Mapping[str, Any]) -> None:
        """Tell machines something; people are told by the command itself."""
        for each in self.told:
            if isinstance(each, Machine):
                each.write(data)


@contextmanager
def reporting(options: Namespace) -> Iterator[Reporter]:
    """Give who is told while the block lasts; what ends it is told too, and the terminal is left in order."""
    reporter = Reporter(tuple(_told(options)))
    try:
        yield reporter
    except TasktoolError as error:
        reporter.record({"type": "error", **error_data(error)})
        raise
    finally:
        for each in reporter.told:
            each.close()


def _told(options: Namespace) -> Iterator[Told]:
    verbose, quiet = options.verbose or options.debug, options.quiet
    if options.output == "json":
        yield Machine(sys.stdout, options.command, verbose=verbose)
    else:
        yield _text(verbose=verbose, quiet=quiet)
    if options.debug:
        from tasktool_infra.report.debug import listen

        yield listen()
    summary = step_summary()
    if summary is not None:
        yield summary


def _text(*, verbose: bool, quiet: bool) -> Told:
    out = console()
    log = Log(verbose=verbose)
    return Live(out, log) if out.live and not quiet else Plain(out, quiet=quiet, log=log)
