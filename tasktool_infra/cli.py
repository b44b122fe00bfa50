"""The commands: ``plan``, ``provision``, ``teardown`` and ``sandbox``, as scripts or below ``tasktool``."""

import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.exit_codes import BY_PROBLEM, CHANGES, OK
from tasktool_infra.options import parse
from tasktool_infra.report.words import legible, safe, unheard

if TYPE_CHECKING:
    from tasktool_infra.running import Order

INTERRUPTED = BY_PROBLEM[Problem.INTERRUPTED].code


def main(command: str | None = None, arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code.

    Takes the command's name (None: the first argument is it) and the arguments (None: those of the process).
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    legible()
    try:
        options = parse(command, sys.argv[1:] if arguments is None else arguments)
        return _COMMANDS[options.command](options)
    except TasktoolError as error:
        _complain(str(error))
        return BY_PROBLEM[error.problem].code
    except KeyboardInterrupt:
        _complain("Interrupted.\nRun again to continue: what stands is kept.")
        return INTERRUPTED


def _complain(message: str) -> None:
    with unheard():
        sys.stdout.flush()
    with unheard():
        print(safe(message), file=sys.stderr, flush=True)


def _plan(options: Namespace) -> int:
    from tasktool_infra.engine.plan import Action
    from tasktool_infra.running import PlanRefused, planned

    plan = planned(_order(options))
    if plan.blocked:
        raise PlanRefused(plan)
    if plan.count(Action.WAITING):
        return BY_PROBLEM[Problem.UNFINISHED].code
    return CHANGES.code if plan.changing and options.detailed_exitcode else OK.code


def _carry_out(options: Namespace) -> int:
    from tasktool_infra.engine.execute import RunFailed
    from tasktool_infra.report.terminal import show_result
    from tasktool_infra.running import carried_out

    try:
        result = carried_out(_order(options))
    except RunFailed as failure:
        show_result(failure.result)
        raise
    show_result(result)
    return BY_PROBLEM[Problem.UNFINISHED].code if result.waiting else OK.code


def _order(options: Namespace) -> "Order":
    from tasktool_infra.engine.events import Listeners
    from tasktool_infra.report.asking import confirmation
    from tasktool_infra.report.terminal import Terminal
    from tasktool_infra.sdk import order

    return order(
        options.command,
        options.environments,
        only=options.only,
        config=options.config,
        given=options.settings,
        sandbox=options.sandbox,
        adopt=getattr(options, "adopt", False),
        delete_data=getattr(options, "delete_data", False),
        cluster_gone=getattr(options, "cluster_gone", False),
        confirm=confirmation(yes=getattr(options, "yes", False)),
        listeners=Listeners((Terminal(),)),
        signals=(signal.SIGINT, signal.SIGTERM),
    )


def _sandbox(options: Namespace) -> int:
    from tasktool_infra.report.sandbox import manage

    return manage(options.action)


_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "plan": _plan,
    "provision": _carry_out,
    "teardown": _carry_out,
    "sandbox": _sandbox,
}
