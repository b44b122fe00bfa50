"""Everything that people read, on screens of every width: no line is wider, but for commands, and these are whole."""

from collections.abc import Iterable

import pytest
from attrs import evolve

from tasktool_infra.commands import NAMES, command
from tasktool_infra.commands.parser import parser_of
from tasktool_infra.doctor.finding import bad, good
from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.errors import TasktoolError, listed
from tasktool_infra.engine.events import Failed, Planned, Started
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Action, Plan
from tasktool_infra.report.claims import verification_lines
from tasktool_infra.report.doctor import finding_lines
from tasktool_infra.report.event_lines import end_lines
from tasktool_infra.report.layout import laid_out
from tasktool_infra.report.lines import Line, columns, paragraph
from tasktool_infra.report.plan_lines import plan_lines
from tasktool_infra.report.progress import Progress
from tasktool_infra.report.result_lines import result_lines
from tests.unit.report.plans import change, key, large, plan
from tests.unit.report.test_machine import VERIFICATION

WIDTHS, NUMBERS = (60, 80, 120, 200), (3, 300)
LONG = "task-tool-prod-completed-task-report-bucket/and-a-name-that-goes-on-and-on"
PUSH = "docker push 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/mamezou-tech/task-service:1.0.0"
SEE = "kubectl get deployments,pods --all-namespaces -l app.kubernetes.io/instance=cert-manager"
WAITS = f"Push it:\n  {PUSH}\nOr look what is there: {SEE}"
POD = {"spec": {"containers": [{"name": "web", "image": f"{LONG}:1", "ports": [{"containerPort": 80}]}] * 2}}


def creation(number: int) -> Plan:
    new = [
        change(
            f"deployment.prod/{LONG}-{n:03}",
            Action.CREATE,
            FieldChange("labels[env]", None, "prod"),
            FieldChange("spec.template", None, POD),
            FieldChange("data[server.conf]", None, f"listen 80;\n  {'x' * 250}\n"),
            layer="app",
        )
        for n in range(number)
    ]
    return plan(*new, change("job.late", Action.WAITING, reason="the tag 1 is absent", next_step=WAITS))


def removal(number: int) -> Plan:
    gone = (change(f"config_map.prod/{LONG}-{n}", Action.DELETE, layer="app") for n in range(number))
    return plan(*gone, command="teardown")


def result(number: int) -> list[Line]:
    made = creation(number)
    keys = [each.key for each in made.changes[:-1]]
    outputs = {"repository": PUSH, "url": f"https://{LONG}.example.com"}
    whole = Result(plan=made, done=tuple(keys[1:]), waiting=(key("job.late"),), outputs=outputs, took=100.0)
    return result_lines(evolve(whole, failed={keys[0]: TasktoolError("x " * 90)}, seconds=dict.fromkeys(keys, 42.0)))


def fits(lines: Iterable[Line], width: int) -> list[str]:
    """Give the lines as text; each fits, or is there to be copied."""
    laid = list(laid_out(lines, width))
    for each in laid:
        assert each.whole or columns(each.text) <= width
        assert not each.whole or columns(each.text) <= width or any(c in each.text for c in ("docker", "kubectl"))
    return [each.text for each in laid]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("number", NUMBERS)
def test_plans_and_results_fit_and_their_commands_are_whole(number: int, width: int) -> None:
    shown = fits(plan_lines(creation(number)), width)
    assert sum(f"+ deployment.prod/{LONG[:20]}" in each for each in shown) == number
    assert any(each.endswith(f"  {PUSH}") for each in shown)
    assert any(each.endswith(SEE) for each in shown)
    assert any(each.endswith(f"  {PUSH}") for each in fits(result(number), width))
    fits(plan_lines(large(number)), width)
    assert f"Plan: 0 to add, 0 to change, {number} to destroy" in fits(plan_lines(removal(number)), width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_under_way_fits(number: int, width: int) -> None:
    progress = Progress()
    progress.hear(Planned(at=0.0, plan=creation(number)))
    for each in creation(number).changes[:-1]:
        progress.hear(Started(at=0.0, key=each.key, action=Action.CREATE))
    lines = progress.lines(9.0, width, 24)
    assert len(lines) <= 24
    assert all(columns(each.text) <= width for each in lines)
    assert lines[0].text.endswith("9 s")


@pytest.mark.parametrize("width", WIDTHS)
def test_claims_findings_and_errors_fit_and_their_commands_are_whole(width: int) -> None:
    broken = evolve(VERIFICATION.claims[0], wanted="w" * 300, found=["f"] * 90, fix=f"See:\n  {PUSH}\nOr see: {SEE}")
    claims = [broken, *(evolve(each, key=key(f"s3_bucket.{LONG}")) for each in VERIFICATION.claims)]
    shown = fits(verification_lines(VERIFICATION, claims, 1.0), width)
    assert any(each.endswith(f"  {PUSH}") for each in shown)
    assert any(each.endswith(SEE) for each in shown)
    found = [good("clock", "right " * 30), bad("cert-manager", "not ready\nfor long", f"See: {SEE}")]
    assert any(each.endswith(SEE) for each in fits(finding_lines(found), width))
    said = TasktoolError(f"Nothing was written.{listed([f'{LONG}: {LONG}: {LONG}'])}", next_step=f"See: {SEE}")
    told = fits(paragraph(str(said)), width)
    assert any(each.endswith(SEE) for each in told)
    assert all(each.startswith("    ") for each in told[2:-2])
    fits(end_lines(Failed(at=1.0, key=key(f"s3_bucket.{LONG}"), error=said)), width)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_help_fits(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = parser_of(command(name)).format_help().splitlines()
    assert [each for each in lines if len(each) > width] == []


def test_of_very_many_things_an_error_lists_the_first() -> None:
    lines = listed([str(n) for n in range(300)]).splitlines()
    assert lines[1] == "  - 0"
    assert lines[-1] == "  - … and 280 more"
    assert len(lines) == 22


def test_what_belongs_to_an_item_of_a_list_is_no_command() -> None:
    text = "Not done:\n  - iam_role.R: denied\n    Add a statement.\n      docker push x\n  aws s3 ls"
    assert [each.whole for each in paragraph(text)] == [False, False, False, True, True]
