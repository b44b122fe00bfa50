"""``doctor``: what a run will need, looked at before it."""

from argparse import ArgumentParser, Namespace

from tasktool_infra.commands.command import Command
from tasktool_infra.commands.options import add_environment, add_output, add_place, add_settings
from tasktool_infra.exit_codes import BY_PROBLEM, OK, foremost


def _add_options(parser: ArgumentParser) -> None:
    add_environment(parser)
    add_place(parser)
    add_output(parser)
    add_settings(parser)


def _run(options: Namespace) -> int:
    from tasktool_infra.doctor.examine import examined
    from tasktool_infra.doctor.finding import Level
    from tasktool_infra.orders import order
    from tasktool_infra.report.doctor import doctor_data, show_findings
    from tasktool_infra.report.reporter import reporting

    with reporting(options) as reporter:
        findings = examined(
            order(
                "doctor",
                options.environment,
                config=options.config,
                given=options.settings,
                sandbox=options.sandbox,
                listeners=reporter.listeners,
            )
        )
        reporter.record(doctor_data(options.environment, findings))
    if options.output == "text":
        show_findings(findings)
    problem = foremost(finding.problem for finding in findings if finding.level is Level.FAIL)
    return BY_PROBLEM[problem].code if problem is not None else OK.code


COMMAND = Command(
    name="doctor",
    about="Look whether a run will have what it needs: credentials, clock, cluster, images and so on; reads only.",
    examples=("prod", "prod --sandbox", "prod --output json"),
    add_options=_add_options,
    run=_run,
)
