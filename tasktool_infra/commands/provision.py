"""``provision``: make the environment, or repair it."""

from argparse import ArgumentParser

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import (
    add_adopt,
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
    add_adopt(parser)
    add_planned(parser)
    add_delete_data(parser)
    add_reporting(parser)
    add_settings(parser)


COMMAND = Command(
    name="provision",
    about="Make the environment, or repair what differs. Adds and repairs without asking; removing needs a yes.",
    examples=(
        "prod --sandbox",
        "prod --account 123456789012",
        "prod --adopt",
        "prod --only aws --yes",
        "prod --plan FILE",
    ),
    add_options=_add_options,
    run=carry_out,
)
