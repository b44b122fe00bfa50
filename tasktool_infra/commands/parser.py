"""Turns arguments into options."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Sequence
from typing import Any, NoReturn

from tasktool_infra._version import __version__
from tasktool_infra.commands import NAMES, command
from tasktool_infra.commands.command import Command
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.exit_codes import table
from tasktool_infra.settings.errors import suggestion

UNKNOWN, MISSING = "unrecognized arguments: ", "the following arguments are required: "
"""How argparse begins what it complains of."""
ABOUT = "Makes, repairs, proves and removes an environment of the task tool."


class _Help(RawDescriptionHelpFormatter):
    """Keeps the lines of a description, and breaks each that is too wide; codes stand before what they mean."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(part for line in text.splitlines() for part in self._filled(line, width, indent))

    def _filled(self, line: str, width: int, indent: str) -> list[str]:
        import textwrap

        hang = " " * (len(line) - len(line.lstrip(" 0123456789")))
        return textwrap.wrap(line, width, initial_indent=indent, subsequent_indent=indent + hang) or [""]


class _Parser(ArgumentParser):
    """Complains as all of this project does: a message, a next step, exit code 64."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix(UNKNOWN).split()[0] if message.startswith(UNKNOWN) else ""
        near = suggestion(unknown, self._options()) if unknown.startswith("--") else ""
        examples = (self.epilog or "").partition("\n\n")[0].splitlines()[1:]
        shown = f"For example: {examples[0].strip()} (all that there is: {self.prog} --help)" if examples else ""
        step = shown if message.startswith(MISSING) and shown else f"See: {self.prog} --help"
        raise TasktoolError(f"{self.prog}: {message}{near}", next_step=step, problem=Problem.USAGE)

    def _options(self) -> list[str]:
        """Give the options of this parser and of those of its commands."""
        commands = (action.choices for action in self._actions if isinstance(action, _SubParsersAction))
        subs = (parser for choices in commands for parser in choices.values())
        return [option for parser in (self, *subs) for option in parser._option_string_actions]  # noqa: SLF001


def parse(name: str | None, arguments: Sequence[str]) -> Namespace:
    """Give the options; raises TasktoolError for arguments that make no sense.

    Takes the command's name, or None when the first argument names it.
    """
    return (whole() if name is None else parser_of(command(name))).parse_args(arguments, Namespace(settings={}))


def parser_of(chosen: Command) -> ArgumentParser:
    """Give the parser of one command, as its script has it."""
    parser = _Parser(prog=f"{chosen.name}.py", **_texts(chosen))
    return _filled(parser, chosen)


def whole() -> ArgumentParser:
    """Give the parser of all commands."""
    parser = _Parser(prog="tasktool", description=ABOUT, allow_abbrev=False)
    _add_version(parser)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in NAMES:
        each = command(name)
        _filled(commands.add_parser(name, help=each.about, **_texts(each)), each)
    return parser


def _filled(parser: ArgumentParser, chosen: Command) -> ArgumentParser:
    chosen.add_options(parser)
    _add_version(parser)
    parser.set_defaults(command=chosen.name, run=chosen.run)
    return parser


def _add_version(parser: ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=f"tasktool {__version__}")


def _texts(chosen: Command) -> dict[str, Any]:
    examples = "\n".join(f"  {chosen.name}.py {example}" for example in chosen.examples)
    codes = "\n".join(f"  {code.code:>3}  {code.meaning}" for code in table())
    return {
        "description": chosen.about,
        "epilog": f"examples:\n{examples}\n\nexit codes:\n{codes}",
        "formatter_class": _Help,
        "allow_abbrev": False,
    }
