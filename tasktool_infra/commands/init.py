"""``init``: a new environment, from what can be found out."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_environment, add_output, add_place, add_settings
from tasktool_infra.exit_codes import OK

if TYPE_CHECKING:
    from tasktool_infra.report.reporter import Reporter


def _add_options(parser: ArgumentParser) -> None:
    add_environment(parser)
    add_place(parser)
    add_output(parser)
    parser.set_defaults(quiet=False)  # the plan is shown as plan shows it
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.report.reporter import reporting

    with reporting(options) as reporter:
        _begin(options, reporter)
    return OK.code


def _begin(options: Namespace, reporter: "Reporter") -> None:
    from tasktool_infra.init.begin import Beginning
    from tasktool_infra.init.table import add, check_new, place_for, table
    from tasktool_infra.report.asking import questions
    from tasktool_infra.report.beginning import beginning_data
    from tasktool_infra.report.console import say

    people = options.output == "text"
    file, name = place_for(options.config), options.environment
    check_new(file, name)
    beginning = Beginning(
        name=name,
        given=options.settings,
        ask=questions() if people else None,
        tell=lambda text: say(f"Found: {text}") if people else None,
        sandbox=options.sandbox,
    )
    settled = beginning.settle()
    text = table(name, settled, {"account": "Any other account is refused."})
    add(file, text)
    reporter.record(beginning_data(name, file, settled))
    if people:
        say(f"Added to {file}:\n", to_copy=text)
    blocked = _show_plan(options, str(file), reporter)
    if blocked and people:
        say("It is written. What stands in its way is said above; then: provision")


def _show_plan(options: Namespace, file: str, reporter: "Reporter") -> bool:
    """Show what provision would do, and say whether anything stands in its way: it is written all the same."""
    from tasktool_infra.commands.ordering import ordered
    from tasktool_infra.commands.parser import parse
    from tasktool_infra.running import planned

    arguments = [options.environment, "--config", file, *(["--sandbox"] if options.sandbox else [])]
    return bool(planned(ordered(parse("plan", arguments), reporter, "plan")).blocked)


COMMAND = Command(
    name="init",
    about="Begin an environment: find out what can be found, ask for the rest, write its table, show the plan.",
    examples=("staging", "dev --sandbox", "staging --domain task.example.com --email you@example.com"),
    add_options=_add_options,
    run=_run,
)
