"""What GitHub Actions shows."""

import re
from pathlib import Path

from attrs import evolve

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.events import Planned
from tasktool_infra.engine.plan import Action
from tasktool_infra.report.github import MOST, WIDTH, annotation, markdown, step_summary
from tasktool_infra.report.layout import laid_out
from tasktool_infra.report.plan_lines import plan_lines
from tests.unit.report.plans import EVERYTHING, change, large, plan
from tests.unit.report.runs import events


def test_plan_and_result_are_added_to_the_summary(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n", encoding="utf-8")
    summary = step_summary({"GITHUB_STEP_SUMMARY": str(file)})
    assert summary is not None
    for event in events():
        summary(event)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("before\n### Provision of prod\n\nPlan: 1 to add, 3 to change, 2 to destroy, 1 refused")
    assert "Done: 1 added" in text
    assert "hunter2" not in text


def test_elsewhere_there_is_no_summary_and_one_that_can_t_be_written_stops_nothing(tmp_path: Path) -> None:
    assert step_summary({}) is None
    summary = step_summary({"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "such")})
    assert summary is not None
    summary(Planned(at=0.0, plan=EVERYTHING))


def test_nothing_in_a_plan_ends_its_block() -> None:
    text = markdown(
        Planned(at=0.0, plan=plan(change("s3_bucket.b", Action.UPDATE, FieldChange("x", "a", "``` b ````"))))
    )
    assert "\n`````text\n" in text
    assert text.count("\n`````\n") == 1


def test_of_a_huge_plan_the_middle_is_left_out_and_never_what_goes() -> None:
    going = change("config_map.prod/last", Action.DELETE, layer="app")
    huge = large(10_000)
    whole = evolve(huge, changes=(*huge.changes, going))
    text = markdown(Planned(at=0.0, plan=whole))
    assert len(text) < MOST + 1000
    assert "config_map.prod/settings-000" in text
    assert "To be deleted\n  - config_map.prod/last\n" in text
    begin, left, end = re.split(r"\n… \(([\d,]+) lines left out: .*\)\n\n", text.partition("```text\n")[2])
    shown = begin.count("\n") + end.partition("```")[0].count("\n")
    assert shown + int(left.replace(",", "")) == len(list(laid_out(plan_lines(whole), WIDTH)))


def test_an_error_is_one_line() -> None:
    error = TasktoolError("50% of it\nfailed", next_step="Run again.")
    assert annotation(error, "plan") == "::error title=tasktool plan::50%25 of it%0Afailed%0ARun again."
