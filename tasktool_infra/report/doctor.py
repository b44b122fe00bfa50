"""What the doctor found, a line each."""

from collections.abc import Iterable
from typing import Any

from tasktool_infra.doctor.finding import Finding, Level
from tasktool_infra.report.words import paint, safe, unheard

COLOURS = {Level.PASS: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@unheard()
def show_findings(findings: Iterable[Finding]) -> None:
    """Print every finding with what to do about it, then how many there are of each sort."""
    listed = list(findings)
    width = max(len(finding.about) for finding in listed)
    for finding in listed:
        said = safe(finding.said).replace("\n", f"\n{'':{width + 8}}")
        print(f"{paint(f'{finding.level.value:4}', COLOURS[finding.level])}  {finding.about:{width}}  {said}")
        for line in safe(finding.fix).splitlines():
            print(f"{'':{width + 8}}{line}")
    counts = [sum(finding.level is level for finding in listed) for level in Level]
    print(paint("{} pass, {} warn, {} fail".format(*counts), "bold"), flush=True)


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
