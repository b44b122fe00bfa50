"""``graph``: a picture of an environment."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_only, add_settings, add_target
from tasktool_infra.exit_codes import OK


def _add_options(parser: ArgumentParser) -> None:
    add_target(parser)
    add_only(parser)
    parser.add_argument("--plan", action="store_true", dest="planned", help="also what provision would do to each")
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.report.graph import drawn, drawn_plan

    show = drawn_plan if options.planned else drawn
    show(options)
    return OK.code


COMMAND = Command(
    name="graph",
    about="Draw an environment in Mermaid's words: its resources and what each needs. Calls nobody without --plan.",
    examples=("prod", "prod --only aws", "prod --plan --sandbox"),
    add_options=_add_options,
    run=_run,
)
