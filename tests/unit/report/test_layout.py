"""Lines on screens of any width."""

import pytest

from tasktool_infra.report.layout import COMMAND, laid_out
from tasktool_infra.report.lines import columns, line
from tasktool_infra.report.palette import plain

LONG = "kubectl get deployments,pods --all-namespaces -l app.kubernetes.io/instance=cert-manager"


def laid(text: str, width: int) -> list[str]:
    return plain(laid_out([line(text)], width)).splitlines()


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("Renew them (for SSO: aws sso login), then run again; what stands is kept.", "aws sso login"),
        ("Give the code once (aws sts get-caller-identity): it is used while it lasts.", "aws sts get-caller-identity"),
        ("Make a new one: plan.py ENVIRONMENT --out FILE", "plan.py ENVIRONMENT --out FILE"),
        ("The ARN: aws kms describe-key --key-id … shows it.", "aws kms describe-key --key-id …"),
        ("Install it: pip install pytest (or 'tasktool-infra[verify]')", "pip install pytest"),
        ("Log in again: aws sso login.", "aws sso login"),
        (f"See: {LONG}", LONG),
    ],
)
@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_command_within_a_sentence_is_never_folded(said: str, command: str, width: int) -> None:
    assert COMMAND.findall(said) == [command]
    lines = laid(f"{'word ' * 9}{said}", width)
    assert any(command in each for each in lines)
    assert all(columns(each) <= width for each in lines if command not in each)
    assert "".join("".join(lines).split()) == "".join(f"{'word ' * 9}{said}".split())


@pytest.mark.parametrize(
    "said", ["Name the file that plan.py wrote.", "let aws and kubectl look", "the python in use: it"]
)
def test_not_every_name_of_a_program_is_a_command(said: str) -> None:
    assert not COMMAND.search(said)


def test_a_command_that_is_too_long_has_a_line_of_its_own() -> None:
    assert laid(f"See: {LONG}", 60) == ["See:", f"    {LONG}"]


def test_a_name_stays_with_its_value_where_there_is_room() -> None:
    assert laid("envFrom: [{configMapRef: {name: prod-task-service-config}}, more]", 48) == [
        "envFrom: [{configMapRef:",
        "    {name: prod-task-service-config}}, more]",
    ]
    assert laid("role: arn:aws:iam::123456789012:role/app/TaskService", 40)[0] == "role:"


def test_a_long_word_is_broken_where_it_reads_well() -> None:
    assert laid("task-tool-prod-completed-task-report-bucket", 40) == [
        "task-tool-prod-completed-task-",
        "    report-bucket",
    ]
    assert laid("arn:aws:dynamodb:ap-northeast-1:123456789012:table/tasks", 50) == [
        "arn:aws:dynamodb:ap-northeast-1:123456789012:",
        "    table/tasks",
    ]
