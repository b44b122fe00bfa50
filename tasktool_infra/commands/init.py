"""``init``: a new environment, from what can be found out."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_environment, add_place, add_settings
from tasktool_infra.exit_codes import OK


def _add_options(parser: ArgumentParser) -> None:
    add_environment(parser)
    add_place(parser)
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.init.begin import Beginning
    from tasktool_infra.init.table import add, check_new, place_for, table
    from tasktool_infra.report.asking import questions
    from tasktool_infra.report.words import say

    file, name = place_for(options.config), options.environment
    check_new(file, name)
    beginning = Beginning(
        name=name,
        given=options.settings,
        ask=questions(),
        tell=lambda text: say(f"Found: {text}"),
        sandbox=options.sandbox,
    )
    text = table(name, beginning.settle(), {"account": "Any other account is refused."})
    add(file, text)
    say(f"Added to {file}:\n\n{text}")
    _show_plan(options, str(file))
    return OK.code


def _show_plan(options: Namespace, file: str) -> None:
    """Show what provision would do; what stands in its way is part of that: the environment is written all the same."""
    from tasktool_infra.commands import command
    from tasktool_infra.commands.parser import parse
    from tasktool_infra.report.words import say
    from tasktool_infra.running import PlanRefused

    arguments = [options.environment, "--config", file, *(["--sandbox"] if options.sandbox else [])]
    try:
        command("plan").run(parse("plan", arguments))
    except PlanRefused:
        say("It is written. What stands in its way is said above; then: provision")


COMMAND = Command(
    name="init",
    about="Begin an environment: find out what can be found, ask for the rest, write its table, show the plan.",
    examples=("staging", "dev --sandbox", "staging --domain task.example.com --email you@example.com"),
    add_options=_add_options,
    run=_run,
)
