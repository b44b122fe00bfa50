"""``sandbox``: start, status, stop, env."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=("start", "status", "stop", "env"), help="what to do with it")


def _run(options: Namespace) -> int:
    from tasktool_infra.report.sandbox import manage

    return manage(options.action)


COMMAND = Command(
    name="sandbox",
    about="Manage the embedded cloud that --sandbox uses.",
    examples=("start", "status", 'env   (for a shell: eval "$(… sandbox env)")', "stop"),
    add_options=_add_options,
    run=_run,
)
