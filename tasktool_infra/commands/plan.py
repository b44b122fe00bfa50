"""``plan``: what provision would do."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_adopt, add_only, add_settings, add_target
from tasktool_infra.commands.ordering import ordered
from tasktool_infra.engine.errors import Problem
from tasktool_infra.exit_codes import BY_PROBLEM, CHANGES, OK


def _add_options(parser: ArgumentParser) -> None:
    add_target(parser)
    add_only(parser)
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 when there are changes")
    add_adopt(parser)
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.engine.plan import Action
    from tasktool_infra.running import PlanRefused, planned

    plan = planned(ordered(options))
    if plan.blocked:
        raise PlanRefused(plan)
    if plan.count(Action.WAITING):
        return BY_PROBLEM[Problem.UNFINISHED].code
    return CHANGES.code if plan.changing and options.detailed_exitcode else OK.code


COMMAND = Command(
    name="plan",
    about="Show what provision would do; nothing is written.",
    examples=("prod --sandbox", "prod --detailed-exitcode", "staging --config my.toml --only aws"),
    add_options=_add_options,
    run=_run,
)
