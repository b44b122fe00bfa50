"""From options to an order, and from its result to an exit code."""

import signal
from argparse import Namespace
from typing import TYPE_CHECKING

from tasktool_infra.engine.errors import Problem
from tasktool_infra.exit_codes import BY_PROBLEM, OK

if TYPE_CHECKING:
    from tasktool_infra.order import Order
    from tasktool_infra.report.reporter import Reporter


def ordered(options: Namespace, reporter: "Reporter", command: str = "") -> "Order":
    """Give the order that the options describe, for another command if one is named; ``reporter`` is told of the run.

    Raises SettingsError and TasktoolError.
    """
    from tasktool_infra.orders import order
    from tasktool_infra.report.asking import confirmation

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
        live=getattr(options, "live", False),
        plan=getattr(options, "plan", None),
        confirm=confirmation(yes=getattr(options, "yes", False), machine=options.output == "json"),
        yes=getattr(options, "yes", False),
        listeners=reporter.listeners,
        signals=(signal.SIGINT, signal.SIGTERM),
    )


def carry_out(options: Namespace) -> int:
    """Plan, ask, carry out, and show the result."""
    from tasktool_infra.report.reporter import reporting
    from tasktool_infra.running import carried_out

    with reporting(options) as reporter:
        result = carried_out(ordered(options, reporter))
    return BY_PROBLEM[Problem.UNFINISHED].code if result.waiting else OK.code
