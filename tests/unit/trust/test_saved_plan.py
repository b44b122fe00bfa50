"""Plan files: private, never through a link, read with care, and held against what a run is told."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import tasktool_infra as tt
from tasktool_infra.engine.plan import Plan
from tasktool_infra.saved_plan import as_planned, load_plan, save_plan
from tests.unit.engine.test_plan_json import PLAN

TOLD: dict[str, Any] = {"only": (), "settings": {}, "sandbox": False, "adopt": False}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def test_it_is_private_and_comes_back(path: Path) -> None:
    old = os.umask(0)
    try:
        save_plan(PLAN, path)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_plan(path) == PLAN
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no draft is left"


def test_what_a_link_leads_to_is_not_touched(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("precious")
    path.symlink_to(other)
    save_plan(PLAN, path)
    assert other.read_text() == "precious"
    assert not path.is_symlink()
    assert load_plan(path) == PLAN


def test_a_file_that_others_could_read_is_private_afterwards(path: Path) -> None:
    path.write_text("")
    path.chmod(0o644)
    save_plan(PLAN, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(tt.TasktoolError, match=r"can't be written to .*/nowhere/plan: No such file or directory"):
        save_plan(PLAN, tmp_path / "nowhere" / "plan")
    with pytest.raises(tt.TasktoolError, match=r"can't be written to .*directory"):
        save_plan(PLAN, tmp_path)


def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(tt.Refused, match="is no plan: it is no file"):
        load_plan(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This is not a whole plan"),
        (b"PK\x03\x04\xff\xfe", "is no plan: "),
        (b"\x1b[2J{}", "This is not a whole plan"),
        (b'{"format_version": "1.2", "planned_values": {}}', "This is not a whole plan: it has no 'format'"),
        (json.dumps({"format": 2, "plan": {}}).encode(), "format 2, this version reads format 1: a later version"),
        (json.dumps({"format": "x"}).encode(), "format 'x', this version reads format 1: it is of no version"),
    ],
)
def test_anything_else_is_refused_with_its_name(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(tt.Refused, match=r"plan\.json") as raised:
        load_plan(path)
    assert said in str(raised.value)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(path: Path, at: float) -> None:
    save_plan(PLAN, path)
    whole = path.read_text()
    path.write_text(whole[: int(len(whole) * at)])
    with pytest.raises(tt.Refused, match="not a whole plan"):
        load_plan(path)


def test_one_that_somebody_edited_is_refused(path: Path) -> None:
    save_plan(PLAN, path)
    path.write_text(path.read_text().replace('"says": "paint it"', '"says": "do nothing"'))
    with pytest.raises(tt.Refused, match="it was changed after it was made"):
        load_plan(path)


def test_one_that_is_not_there_is_said_so(path: Path) -> None:
    with pytest.raises(tt.Refused, match=r"plan\.json can't be read: No such file"):
        load_plan(path)


def planned(**options: Any) -> Plan:
    return evolve(PLAN, command="plan", options=options)


def test_the_plan_knows_its_options() -> None:
    plan = planned(only=["aws"], adopt=True, settings={"bucket": "b"})
    expected = {"only": ("aws",), "settings": {"bucket": "b"}, "sandbox": False, "adopt": True}
    assert as_planned(plan, "provision", TOLD) == expected
    assert as_planned(plan, "provision", {**TOLD, "only": ("aws",), "adopt": True}) == expected


@pytest.mark.parametrize(
    ("plan", "command", "told", "said"),
    [
        (planned(only=["aws"]), "provision", {"only": ("app",)}, "made with other values of: only."),
        (planned(), "provision", {"adopt": True}, "made with other values of: adopt."),
        (planned(), "provision", {"settings": {"bucket": "c"}}, "made with other values of: bucket."),
        (planned(), "provision", {"sandbox": True}, "made for a real account"),
        (planned(sandbox=True), "provision", {}, "made for the sandbox"),
        (planned(), "teardown", {}, "the plan of a provision"),
        (evolve(PLAN, command="teardown"), "provision", {}, "the plan of a teardown"),
    ],
)
def test_a_run_does_not_contradict_its_plan(plan: Plan, command: str, told: dict[str, Any], said: str) -> None:
    with pytest.raises(tt.TasktoolError, match=said) as raised:
        as_planned(plan, command, {**TOLD, **told})
    assert raised.value.problem is tt.Problem.USAGE
