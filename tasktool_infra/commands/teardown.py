"""``teardown``: remove what is ours."""

from argparse import ArgumentParser

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_only, add_settings, add_target, add_yes
from tasktool_infra.commands.ordering import carry_out


def _add_options(parser: ArgumentParser) -> None:
    add_target(parser)
    add_only(parser)
    add_yes(parser)
    parser.add_argument("--delete-data", action="store_true", help="also delete table, bucket and images, with data")
    parser.add_argument("--cluster-gone", action="store_true", help="the cluster no longer exists: leave it out")
    add_settings(parser)


COMMAND = Command(
    name="teardown",
    about="Remove what is ours. Table, bucket and repositories with images stay, unless --delete-data.",
    examples=("prod --sandbox --yes", "prod", "prod --delete-data"),
    add_options=_add_options,
    run=carry_out,
)
