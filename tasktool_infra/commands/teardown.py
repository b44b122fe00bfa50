"""``teardown``: remove what is ours."""

from argparse import ArgumentParser

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import (
    add_cluster_gone,
    add_delete_data,
    add_only,
    add_planned,
    add_reporting,
    add_settings,
    add_target,
    add_yes,
)
from tasktool_infra.commands.ordering import carry_out


def _add_options(parser: ArgumentParser) -> None:
    add_target(parser)
    add_only(parser)
    add_yes(parser)
    add_planned(parser)
    add_delete_data(parser)
    add_cluster_gone(parser)
    add_reporting(parser)
    add_settings(parser)


COMMAND = Command(
    name="teardown",
    about="Remove what is ours. Table, bucket and repositories with images stay, unless --delete-data.",
    examples=("prod --sandbox --yes", "prod", "prod --delete-data"),
    add_options=_add_options,
    run=carry_out,
)
