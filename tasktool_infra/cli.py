"""The way in: takes the arguments of a script or of ``tasktool``, and gives an exit code."""

import signal
import sys
from collections.abc import Sequence

from tasktool_infra.commands.parser import parse
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.exit_codes import BY_PROBLEM
from tasktool_infra.report.words import legible, safe, unheard


def main(command: str | None = None, arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code.

    Takes the command's name (None: the first argument is it) and the arguments (None: those of the process).
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    legible()
    try:
        options = parse(command, sys.argv[1:] if arguments is None else arguments)
        code: int = options.run(options)
    except TasktoolError as error:
        _complain(str(error))
        return BY_PROBLEM[error.problem].code
    except KeyboardInterrupt:
        _complain("Interrupted.\nRun again to continue: what stands is kept.")
        return BY_PROBLEM[Problem.INTERRUPTED].code
    return code


def _complain(message: str) -> None:
    with unheard():
        sys.stdout.flush()
    with unheard():
        print(safe(message), file=sys.stderr, flush=True)
