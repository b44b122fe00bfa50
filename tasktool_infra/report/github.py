"""What GitHub Actions shows of a run: a summary of the job in Markdown, and errors as annotations.

Source: GitHub Actions, "Workflow commands", and the variables GITHUB_ACTIONS and GITHUB_STEP_SUMMARY.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.events import Ended, Event, Planned
from tasktool_infra.report.layout import laid_out
from tasktool_infra.report.lines import Line
from tasktool_infra.report.palette import plain
from tasktool_infra.report.plan_lines import plan_lines
from tasktool_infra.report.result_lines import result_lines

WIDTH = 120
MOST = 60_000
"""How many characters of a plan are shown: all steps of a job share a megabyte."""


@frozen
class StepSummary:
    """Adds plans and results to the summary of the job; that it can't be written is no reason to stop a run."""

    path: Path

    def __call__(self, event: Event) -> None:
        """Add what is worth reading afterwards."""
        text = markdown(event)
        if text:
            with suppress(OSError), self.path.open("a", encoding="utf-8") as file:
                file.write(text)

    def close(self) -> None:
        """Do nothing: the file is written."""


def step_summary(environ: Mapping[str, str] | None = None) -> StepSummary | None:
    """Give what writes the summary, where there is one."""
    path = (os.environ if environ is None else environ).get("GITHUB_STEP_SUMMARY")
    return StepSummary(Path(path)) if path else None


def markdown(event: Event) -> str:
    """Give a plan or a result in Markdown; nothing for other events."""
    if isinstance(event, Planned):
        plan = event.plan
        title = f"### {plan.command.capitalize()} of {plan.environment}\n\n{plan.summary}\n\n"
        return f"{title}<details><summary>All of it</summary>\n\n{_fenced(plan_lines(plan))}\n</details>\n\n"
    if isinstance(event, Ended):
        return f"{_fenced(result_lines(event.result))}\n"
    return ""


def _fenced(lines: Iterable[Line]) -> str:
    """Give lines as a block of code, between fences that nothing in it can close."""
    text = _middle_left_out(plain(laid_out(lines, WIDTH)))
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}{fence}\n"


def _middle_left_out(text: str) -> str:
    """Give a text as it is or, when it is too long, its beginning and its end: what is deleted, and the sum of all."""
    if len(text) <= MOST:
        return text
    begin, end = text[: MOST // 2].rpartition("\n")[0], text[-MOST // 2 :].partition("\n")[2]
    left_out = text.count("\n") - begin.count("\n") - end.count("\n") - 1
    return f"{begin}\n\n… ({left_out:,} lines left out: the log of this job has all of it)\n\n{end}"


def annotation(error: TasktoolError, command: str) -> str:
    """Give an error as the line that makes GitHub show it at the job."""
    return f"::error title={_escaped(f'tasktool {command}', ',:')}::{_escaped(str(error))}"


def _escaped(text: str, more: str = "") -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text
