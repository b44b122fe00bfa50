"""From options to an order, and from its result to an exit code."""

import signal
from argparse import Namespace
from typing import TYPE_CHECKING

from tasktool_infra.engine.errors import Problem
from tasktool_infra.exit_codes import BY_PROBLEM, OK

if TYPE_CHECKING:
    from tasktool_infra.running import Order


def ordered(options: Namespace, command: str = "") -> "Order":
    """Give the order that the options describe, for another command if one is named.

    Raises SettingsError and TasktoolError.
    """
    from tasktool_infra.engine.events import Listeners
    from tasktool_infra.report.asking import confirmation
    from tasktool_infra.report.terminal import Terminal
    from tasktool_infra.sdk import order

    return order(
        command or options.command,
        options.environments,
        only=options.only,
        config=options.config,
        given=options.settings,
        sandbox=options.sandbox,
        adopt=getattr(options, "adopt", False),
        delete_data=getattr(options, "delete_data", False),
        cluster_gone=getattr(options, "cluster_gone", False),
        plan=getattr(options, "plan", None),
        confirm=confirmation(yes=getattr(options, "yes", False)),
        yes=getattr(options, "yes", False),
        listeners=Listeners((Terminal(),)),
        signals=(signal.SIGINT, signal.SIGTERM),
    )


def carry_out(options: Namespace) -> int:
    """Plan, ask, carry out, and show the result."""
    from tasktool_infra.engine.execute import RunFailed
    from tasktool_infra.report.terminal import show_result
    from tasktool_infra.running import carried_out

    try:
        result = carried_out(ordered(options))
    except RunFailed as failure:
        show_result(failure.result)
        raise
    show_result(result)
    return BY_PROBLEM[Problem.UNFINISHED].code if result.waiting else OK.code
