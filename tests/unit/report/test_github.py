"""What GitHub Actions shows."""

from pathlib import Path

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.events import Planned
from tasktool_infra.engine.plan import Action
from tasktool_infra.report.github import MOST, annotation, markdown, step_summary
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


def test_a_huge_plan_is_cut() -> None:
    assert len(markdown(Planned(at=0.0, plan=large(20_000)))) < MOST + 1000


def test_an_error_is_one_line() -> None:
    error = TasktoolError("50% of it\nfailed", next_step="Run again.")
    assert annotation(error, "plan") == "::error title=tasktool plan::50%25 of it%0Afailed%0ARun again."
