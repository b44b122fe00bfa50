"""The options that commands share. Those for settings are made from the table of settings."""

from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from typing import Any

from tasktool_infra.settings.schema import SETTINGS

SETTING_PREFIX = "setting_"


class _Setting(Action):
    """Keeps a setting only when it is given, so that the weaker places count else."""

    def __call__(self, parser: Any, namespace: Namespace, values: Any, option_string: str | None = None) -> None:
        del parser, option_string
        namespace.settings = {**namespace.settings, self.dest.removeprefix(SETTING_PREFIX): values}


def add_target(parser: ArgumentParser) -> None:
    """Add what says which environments are meant, and where they are."""
    parser.add_argument("environments", nargs="+", metavar="ENVIRONMENT", help="a table of environments.toml")
    add_place(parser)


def add_environment(parser: ArgumentParser) -> None:
    """Add the one environment that is meant."""
    parser.add_argument("environment", metavar="ENVIRONMENT", help="a table of environments.toml")


def add_place(parser: ArgumentParser) -> None:
    """Add what says where environments are."""
    parser.add_argument("--sandbox", action="store_true", help="work in the embedded cloud, without any account")
    parser.add_argument("--config", metavar="FILE", help="instead of ./environments.toml")


def add_only(parser: ArgumentParser) -> None:
    """Add what chooses parts of an environment."""
    parser.add_argument(
        "--only",
        action="extend",
        nargs="+",
        default=[],
        metavar="WHAT",
        help="layers (aws, access, app), kinds or resources (kind.name) instead of everything",
    )


def add_adopt(parser: ArgumentParser) -> None:
    """Add the permission to take over."""
    parser.add_argument("--adopt", action="store_true", help="take over resources that carry no mark")


def add_yes(parser: ArgumentParser) -> None:
    """Add the answer to the one question."""
    parser.add_argument("--yes", action="store_true", help="answer yes to what the plan lists")


def add_planned(parser: ArgumentParser) -> None:
    """Add the plan that is to be carried out."""
    parser.add_argument(
        "--plan", metavar="FILE", help="carry out this plan, saved by plan.py --out; if all is still so"
    )


def add_delete_data(parser: ArgumentParser) -> None:
    """Add the permission to delete data."""
    parser.add_argument(
        "--delete-data", action="store_true", help="also delete tables, buckets and images that go, with data"
    )


def add_cluster_gone(parser: ArgumentParser) -> None:
    """Add the word that there is no cluster any more."""
    parser.add_argument("--cluster-gone", action="store_true", help="the cluster no longer exists: leave it out")


def add_output(parser: ArgumentParser) -> None:
    """Add the form of what a command says that looks at something once: nothing of it is under way."""
    parser.add_argument(
        "--output", choices=("text", "json"), default="text", help="json: one record a line, for machines; see README"
    )
    parser.set_defaults(quiet=True, verbose=False, debug=False)


def add_reporting(parser: ArgumentParser) -> None:
    """Add what chooses how much is told of a run, and in which form; all commands that run anything take the same."""
    group = parser.add_argument_group(
        "output", "Colour follows NO_COLOR and FORCE_COLOR; with CI set, nobody is asked."
    )
    group.add_argument(
        "--output", choices=("text", "json"), default="text", help="json: one record a line, for machines; see README"
    )
    amount = group.add_mutually_exclusive_group()
    amount.add_argument("--quiet", action="store_true", help="only sums, questions and errors")
    amount.add_argument("--verbose", action="store_true", help="also every call with its request id")
    group.add_argument("--debug", action="store_true", help="also what was sent, the libraries' log, tracebacks")


def add_settings(parser: ArgumentParser) -> None:
    """Add an option for every setting."""
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
