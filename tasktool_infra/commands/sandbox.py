"""``sandbox``: start, status, stop, env."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command
from tasktool_infra.engine.errors import Problem, TasktoolError


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=("start", "status", "stop", "env"), help="what to do with it")
    parser.add_argument(
        "environment", nargs="?", metavar="ENVIRONMENT", help="with env: whose programs are to run (default: local)"
    )
    parser.add_argument("--config", metavar="FILE", help="instead of ./environments.toml")


def _run(options: Namespace) -> int:
    from tasktool_infra.report.sandbox import manage

    if options.environment is not None and options.action != "env":
        raise TasktoolError(
            f"The sandbox is one for all environments: {options.action} takes none.",
            next_step=f"sandbox.py {options.action}",
            problem=Problem.USAGE,
        )
    return manage(options.action, options.environment, options.config)


COMMAND = Command(
    name="sandbox",
    about="Manage the embedded cloud that --sandbox uses.",
    examples=("start", "status", 'env   (for a shell: eval "$(… sandbox env)")', "env prod", "stop"),
    add_options=_add_options,
    run=_run,
)
