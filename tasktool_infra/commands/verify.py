"""``verify``: everything that is claimed of the live environment, held against it."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_only, add_reporting, add_settings, add_target
from tasktool_infra.commands.ordering import ordered
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.exit_codes import BY_PROBLEM, OK

if TYPE_CHECKING:
    from tasktool_infra.engine.claims import Claim
    from tasktool_infra.proving import Verification


def _add_options(parser: ArgumentParser) -> None:
    add_target(parser)
    add_only(parser)
    parser.add_argument("--no-hardening", action="store_true", help="leave out what only makes it safer")
    parser.add_argument(
        "--live", action="store_true", help="also take the roles by tokens of their ServiceAccounts, for a query each"
    )
    parser.add_argument("-k", metavar="EXPRESSION", default="", help="only claims that match, as pytest takes it")
    parser.add_argument("--junitxml", metavar="FILE", default="", help="write a report for CI, as pytest does")
    add_reporting(parser)
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.proving import verified
    from tasktool_infra.report.claims import show_verification, verification_data
    from tasktool_infra.report.reporter import reporting

    began = time.monotonic()
    with reporting(options) as reporter:
        verification = verified(ordered(options, reporter))
        claims = _chosen(options, verification)
        reporter.record(verification_data(verification, claims))
    if options.output == "text":
        show_verification(verification, claims, time.monotonic() - began)
    broken = any(claim.broken for claim in claims)
    return BY_PROBLEM[Problem.FAILED].code if broken else OK.code


def _chosen(options: Namespace, verification: "Verification") -> Collection["Claim"]:
    """Give the claims that count. For what pytest does best it is asked; all else works without it."""
    if not (options.k or options.junitxml):
        return [claim for claim in verification.claims if not (claim.hardening and options.no_hardening)]
    try:
        from tasktool_infra.pytest_plugin.inside import chosen
    except ModuleNotFoundError as error:
        said = f"-k and --junitxml are done by pytest: {error.name} is not installed."
        way_out = "Install it: pip install pytest (or 'tasktool-infra[verify]')"
        raise TasktoolError(said, next_step=way_out, problem=Problem.USAGE) from error
    return chosen(verification, k=options.k, junitxml=options.junitxml, hardening=not options.no_hardening)


COMMAND = Command(
    name="verify",
    about="Prove the live environment, claim by claim; nothing is written. A claim that does not hold is a failure.",
    examples=(
        "prod --sandbox",
        "prod --no-hardening",
        "prod --live",
        "prod -k user_index",
        "prod --junitxml report.xml",
    ),
    add_options=_add_options,
    run=_run,
)
