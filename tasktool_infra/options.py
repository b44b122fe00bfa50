"""The options of the commands. Those for settings are made from the table of settings."""

from argparse import SUPPRESS, Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any, NoReturn

from tasktool_infra._version import __version__
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.exit_codes import table
from tasktool_infra.settings.schema import SETTINGS

ABOUT = {
    "plan": "Show what provision would do; nothing is written.",
    "provision": "Make the environment, or repair what differs. Adds and repairs without asking; removing needs a yes.",
    "teardown": "Remove what is ours. Table, bucket and repositories with images stay, unless --delete-data.",
    "sandbox": "Manage the embedded cloud that --sandbox uses.",
}
EXAMPLES = {
    "plan": ("prod --sandbox", "prod --detailed-exitcode", "staging --config my.toml --only aws"),
    "provision": ("prod --sandbox", "prod --account 123456789012", "prod --adopt", "prod --only aws --yes"),
    "teardown": ("prod --sandbox --yes", "prod", "prod --delete-data"),
    "sandbox": ("start", "status", 'env   (for a shell: eval "$(… sandbox env)")', "stop"),
}
SETTING_PREFIX = "setting_"


class _Parser(ArgumentParser):
    """Complains as all of this project does: a message, a next step, exit code 64."""

    def error(self, message: str) -> NoReturn:
        raise TasktoolError(f"{self.prog}: {message}", next_step=f"See: {self.prog} --help", problem=Problem.USAGE)


class _Setting(Action):
    """Keeps a setting only when it is given, so that the weaker places count else."""

    def __call__(self, parser: Any, namespace: Namespace, values: Any, option_string: str | None = None) -> None:
        del parser, option_string
        namespace.settings = {**namespace.settings, self.dest.removeprefix(SETTING_PREFIX): values}


def parse(command: str | None, arguments: Sequence[str]) -> Namespace:
    """Give the options; raises TasktoolError for arguments that make no sense.

    Takes the command's name, or None when the first argument names it.
    """
    if command is not None:
        parser = _Parser(**_texts(command))
        _add(parser, command)
        parser.set_defaults(command=command)
    else:
        parser = _Parser(prog="tasktool", description="Makes, repairs and removes an environment of the task tool.")
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        for name, about in ABOUT.items():
            texts = _texts(name)
            del texts["prog"]
            _add(commands.add_parser(name, help=about, **texts), name)
    parser.add_argument("--version", action="version", version=f"tasktool {__version__}")
    return parser.parse_args(arguments, Namespace(settings={}))


def _texts(command: str) -> dict[str, Any]:
    prog = f"{command}.py"
    examples = "\n".join(f"  {prog} {example}" for example in EXAMPLES[command])
    codes = "\n".join(f"  {code.code:>3}  {code.meaning}" for code in table())
    return {
        "prog": prog,
        "description": ABOUT[command],
        "epilog": f"examples:\n{examples}\n\nexit codes:\n{codes}",
        "formatter_class": RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }


def _add(parser: ArgumentParser, command: str) -> None:
    if command == "sandbox":
        parser.add_argument("action", choices=("start", "status", "stop", "env"), help="what to do with it")
        return
    parser.add_argument("environments", nargs="+", metavar="ENVIRONMENT", help="a table of environments.toml")
    parser.add_argument("--sandbox", action="store_true", help="work in the embedded cloud, without any account")
    parser.add_argument("--config", metavar="FILE", help="instead of ./environments.toml")
    parser.add_argument(
        "--only",
        action="extend",
        nargs="+",
        default=[],
        metavar="WHAT",
        help="layers (aws, access), kinds or resources (kind.name) instead of everything",
    )
    _add_permissions(parser, command)
    _add_settings(parser)


def _add_permissions(parser: ArgumentParser, command: str) -> None:
    if command == "plan":
        parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 when there are changes")
    else:
        parser.add_argument("--yes", action="store_true", help="answer yes to what the plan lists")
    if command != "teardown":
        parser.add_argument("--adopt", action="store_true", help="take over resources that carry no mark")
    else:
        parser.add_argument(
            "--delete-data", action="store_true", help="also delete table, bucket and images, with data"
        )
        parser.add_argument("--cluster-gone", action="store_true", help="the cluster no longer exists: leave it out")


def _add_settings(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "settings", "Each wins over its environment variable (TASKTOOL_…) and the file; an empty value unsets."
    )
    for name, setting in SETTINGS.items():
        group.add_argument(
            setting.option,
            action=_Setting,
            dest=SETTING_PREFIX + name,
            metavar=setting.metavar,
            default=SUPPRESS,
            help=setting.help,
        )
