"""The way in: takes the arguments of a script or of ``tasktool``, and gives an exit code."""

import gc
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

from tasktool_infra.commands.parser import parse
from tasktool_infra.engine.errors import Interrupted, TasktoolError
from tasktool_infra.exit_codes import BY_PROBLEM, UNREAD
from tasktool_infra.report.console import console
from tasktool_infra.report.lines import Line, line, paragraph
from tasktool_infra.report.words import legible, unheard, unread

OWN = "tasktool_infra"


def run(command: str | None = None) -> NoReturn:
    """Be the process of a command: run it with the process's arguments, and leave with its exit code."""
    # A start makes much that stays, and each collection walks all of it.
    gc.set_threshold(200_000, 20, 20)
    code = main(command)
    for stream in (sys.stdout, sys.stderr):
        with unheard():
            stream.flush()
    # To take the interpreter apart costs a seventh of a plan's time, and whatever has to end has ended.
    os._exit(code)


def main(command: str | None = None, arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code.

    Takes the command's name (None: the first argument is it) and the arguments (None: those of the process).
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    legible()
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    try:
        options = parse(command, given)
        code: int = options.run(options)
    except TasktoolError as error:
        return _ended(error, command or next(iter(given), ""), debug=debug)
    except KeyboardInterrupt as error:
        stopped = Interrupted("Interrupted.", next_step="Run again to continue: what stands is kept.")
        stopped.__cause__ = error
        return _ended(stopped, command or "", debug=debug)
    except BrokenPipeError as error:
        return UNREAD.code if unread() else _ended(_unexpected(error), command or "", debug=debug)
    except Exception as error:  # noqa: BLE001 - a fault of ours is told as one, and no traceback falls on people
        return _ended(_unexpected(error), command or "", debug=debug)
    return code


def _unexpected(error: Exception) -> TasktoolError:
    """Give what to say of a fault that is neither the user's nor an API's."""
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith(OWN):
        told = TasktoolError(
            f"The package {str(error.name).partition('.')[0]!r} is not installed for {sys.executable}.",
            next_step="Install what is needed, and use that Python:"
            " python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements/run.txt",
        )
    elif isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        told = TasktoolError(
            f"This machine does not take what has to be written, or give what has to be read: {error.strerror}{where}",
            next_step="Make room or give access (temporary files: TMPDIR), then run again: what stands is kept.",
        )
    else:
        told = TasktoolError(
            f"This is a fault of tasktool itself: {type(error).__name__}: {error}",
            next_step="Run again to continue: what stands is kept. If it comes again, report what --debug prints.",
        )
    told.__cause__ = error
    return told


def _ended(error: TasktoolError, command: str, *, debug: bool) -> int:
    """Tell people what ended the command, and give the exit code."""
    if debug:
        from tasktool_infra.report.debug import trace

        _complain(paragraph(trace(error)))
    _complain(paragraph(str(error)))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from tasktool_infra.report.github import annotation

        _complain([line(annotation(error, command), whole=True)])
    return BY_PROBLEM[error.problem].code


def _complain(lines: Iterable[Line]) -> None:
    with unheard():
        sys.stdout.flush()
    with unheard():
        console(sys.stderr).show(lines)
