"""``permissions``: what another command must be allowed."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_environment, add_output, add_place, add_settings
from tasktool_infra.exit_codes import BY_PROBLEM, OK

FOR = ("plan", "provision", "teardown", "verify", "doctor", "init")


def _add_options(parser: ArgumentParser) -> None:
    add_environment(parser)
    parser.add_argument("operation", choices=FOR, metavar="COMMAND", help=f"one of {', '.join(FOR)}")
    add_place(parser)
    add_output(parser)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--iam", action="store_true", help="print the IAM policy only, as JSON")
    group.add_argument("--rbac", action="store_true", help="print the Kubernetes roles only, for: kubectl apply -f -")
    group.add_argument("--check", action="store_true", help="ask AWS and the cluster what the caller lacks")
    add_settings(parser)


def _run(options: Namespace) -> int:
    told = {"sandbox": options.sandbox, "config": options.config, **options.settings}
    return _check(options, told) if options.check else _print(options, told)


def _print(options: Namespace, told: Mapping[str, Any]) -> int:
    from tasktool_infra.report.permissions import permissions_data, show
    from tasktool_infra.report.reporter import reporting
    from tasktool_infra.sdk import permissions

    with reporting(options) as reporter:
        found = permissions(options.environment, options.operation, **told)
        reporter.record(permissions_data(found, iam=not options.rbac, rbac=not options.iam))
    if options.output == "text":
        show(found, iam=not options.rbac, rbac=not options.iam)
    return OK.code


def _check(options: Namespace, told: Mapping[str, Any]) -> int:
    from tasktool_infra.report.lacking import lacking_data, show_lacking
    from tasktool_infra.report.reporter import reporting
    from tasktool_infra.sdk import check_permissions

    with reporting(options) as reporter:
        found = check_permissions(options.environment, options.operation, **told)
        reporter.record(lacking_data(found))
    if options.output == "text":
        show_lacking(found)
    return OK.code if found.problem is None else BY_PROBLEM[found.problem].code


COMMAND = Command(
    name="permissions",
    about="Print the IAM policy and the Kubernetes roles that a command needs, or check what the caller lacks of them.",
    examples=(
        "prod plan --sandbox",
        "prod provision --iam",
        "prod provision --account 123456789012 --oidc-provider-url https://oidc.eks.…   (offline)",
        "prod plan --rbac",
        "prod provision --check",
        "staging init --region eu-central-1",
    ),
    add_options=_add_options,
    run=_run,
)
