"""``completion``: what a shell needs to complete commands, options and environments."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command
from tasktool_infra.exit_codes import OK

SHELLS = ("bash", "zsh", "fish")


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="the shell to make it for")


def _run(options: Namespace) -> int:
    from tasktool_infra.commands.parser import whole
    from tasktool_infra.report.completion import SHELLS as MAKERS
    from tasktool_infra.report.completion import words
    from tasktool_infra.report.console import console
    from tasktool_infra.settings.file import names

    console().stream.write(MAKERS[options.shell](words(whole()), names()))
    return OK.code


COMMAND = Command(
    name="completion",
    about="Print the script that lets a shell complete tasktool's commands, options and environments.",
    examples=("bash   (in ~/.bashrc: source <(tasktool completion bash))", "zsh", "fish   (… | source)"),
    add_options=_add_options,
    run=_run,
)
