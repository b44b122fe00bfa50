"""What the doctor found, a line each."""

from collections.abc import Iterable, Iterator
from typing import Any

from tasktool_infra.doctor.finding import Finding, Level
from tasktool_infra.report.console import console
from tasktool_infra.report.lines import Line, Part, line, paragraph
from tasktool_infra.report.words import unheard

COLOURS = {Level.PASS: "green", Level.WARN: "yellow", Level.FAIL: "red"}
INDENT = 8
"""How much further right than the names of what was looked at begins what is said of it."""


@unheard()
def show_findings(findings: Iterable[Finding]) -> None:
    """Print every finding with what to do about it, then how many there are of each sort."""
    console().show(finding_lines(list(findings)))


def finding_lines(findings: list[Finding]) -> Iterator[Line]:
    """Give what is printed of findings."""
    width = max(len(finding.about) for finding in findings)
    for finding in findings:
        level, about = Part(f"{finding.level.value:4}", COLOURS[finding.level]), f"  {finding.about:{width}}  "
        first, *rest = finding.said.split("\n")
        yield line(level, about, first, hang=width + INDENT)
        yield from (line(each, indent=width + INDENT) for each in rest)
        yield from paragraph(finding.fix, indent=width + INDENT) if finding.fix else ()
    counts = [sum(finding.level is level for finding in findings) for level in Level]
    yield line("{} pass, {} warn, {} fail".format(*counts), style="bold")


def doctor_data(environment: str, findings: Iterable[Finding]) -> dict[str, Any]:
    """Give the record of what was found, for machines."""
    listed = list(findings)
    return {
        "type": "doctor",
        "environment": environment,
        "ok": not any(finding.level is Level.FAIL for finding in listed),
        "findings": [
            {"about": each.about, "level": each.level.value, "said": each.said, "fix": each.fix} for each in listed
        ],
    }
