"""``plan``: what provision would do."""

import shlex
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import (
    add_adopt,
    add_cluster_gone,
    add_delete_data,
    add_only,
    add_reporting,
    add_settings,
    add_target,
)
from tasktool_infra.commands.ordering import ordered
from tasktool_infra.engine.errors import Problem
from tasktool_infra.exit_codes import BY_PROBLEM, CHANGES, OK

if TYPE_CHECKING:
    from tasktool_infra.engine.events import Event
    from tasktool_infra.engine.plan import Plan


def _add_options(parser: ArgumentParser) -> None:
    add_target(parser)
    add_only(parser)
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 when there are changes")
    parser.add_argument("--out", metavar="FILE", help="save the plan, for: provision.py (or teardown.py) --plan FILE")
    parser.add_argument("--teardown", action="store_true", help="show what teardown would do instead")
    add_adopt(parser)
    add_delete_data(parser)
    add_cluster_gone(parser)
    add_reporting(parser)
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.engine.plan import Action
    from tasktool_infra.report.reporter import reporting
    from tasktool_infra.running import PlanRefused, planned

    with reporting(options) as reporter:
        plan = planned(ordered(options, reporter, "teardown" if options.teardown else "plan"))
        if plan.blocked:
            raise PlanRefused(plan)
        if options.out:
            reporter.listeners(_saved(plan, options))
    if plan.count(Action.WAITING):
        return BY_PROBLEM[Problem.UNFINISHED].code
    return CHANGES.code if plan.changing and options.detailed_exitcode else OK.code


def _saved(plan: "Plan", options: Namespace) -> "Event":
    """Save a plan, and give what there is to tell of it."""
    from tasktool_infra.engine.events import Noted
    from tasktool_infra.saved_plan import save_plan

    save_plan(plan, options.out)
    return Noted(at=0.0, text=f"Saved. To carry it out:\n  {_command(plan, options)}")


def _command(plan: "Plan", options: Namespace) -> str:
    """Give what carries a saved plan out, as one would type it: what else it was made with stands in the plan."""
    name = "teardown" if plan.command == "teardown" else "provision"
    script = Path(sys.argv[0])
    way = ["python", str(script.with_name(f"{name}.py"))] if script.suffix == ".py" else ["tasktool", name]
    place = [*(["--sandbox"] if options.sandbox else []), *(["--config", options.config] if options.config else [])]
    return shlex.join([*way, *options.environments, "--plan", options.out, *place])


COMMAND = Command(
    name="plan",
    about="Show what provision would do; nothing is written.",
    examples=("prod --sandbox", "prod --detailed-exitcode", "prod --out FILE", "staging --config my.toml --only aws"),
    add_options=_add_options,
    run=_run,
)
