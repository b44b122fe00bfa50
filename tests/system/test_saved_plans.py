"""Saved plans as their users meet them: carried out while nothing has moved, refused with what has, never half."""

import json
from pathlib import Path
from typing import Any

import pytest

import tasktool_infra as tt
from tests.system.conftest import Inside
from tests.system.world import BUCKET, TABLE, World

ONLY = ("aws", "access")
SUSPENDED = {"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "the.plan")


def test_a_plan_is_carried_out_once(cloud: World, inside: Inside, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["scripts/plan.py"])
    with cloud.untouched():
        planned = inside("plan", "prod", "--out", file, "--detailed-exitcode", expect=2)
    assert planned.out.endswith(f"Saved. To carry it out:\n  python scripts/provision.py prod --plan {file}\n")
    assert "13 added" in inside("provision", "prod", "--plan", file).out
    with cloud.untouched():
        again = inside("provision", "prod", "--plan", file, expect=78)
    assert f"s3_bucket.{BUCKET}: planned create, now no change" in again.err
    assert again.err.count("planned create") == 13


def test_what_has_moved_is_told_exactly_and_nothing_is_written(made: World, inside: Inside, file: str) -> None:
    made.aws("s3").put_bucket_versioning(**SUSPENDED)
    inside("plan", "prod", "--out", file)
    made.aws("dynamodb").update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    with made.untouched():
        refused = inside("provision", "prod", "--plan", file, expect=78)
    (line,) = [line for line in refused.err.splitlines() if line.startswith("  - ")]
    assert line == f"  - dynamodb_table.{TABLE}: planned no change, now update"
    with made.untouched():
        assert "other values of: bucket" in inside("provision", "prod", "--plan", file, "--bucket", "x", expect=64).err
        assert "plan of a provision" in inside("teardown", "prod", "--plan", file, expect=64).err
    Path(file).write_text(Path(file).read_text()[:-100])
    with made.untouched():
        assert "not a whole plan" in inside("provision", "prod", "--plan", file, expect=78).err


def test_a_teardown_is_planned_and_carried_out_with_its_options(made: World, inside: Inside, file: str) -> None:
    with made.untouched():
        planned = inside("plan", "prod", "--teardown", "--delete-data", "--out", file)
        assert "13 to destroy" in planned.summary
        assert "needs a yes" in inside("teardown", "prod", "--plan", file, expect=78).err
    assert "13 destroyed" in inside("teardown", "prod", "--plan", file, "--yes").out


@pytest.mark.usefixtures("inside")
def test_after_a_yes_all_is_read_again(made: World) -> None:
    """The world moves while somebody thinks: that is shown, and asked again."""
    asked: list[tuple[str, ...]] = []

    def confirm(plan: tt.Plan) -> bool:
        asked.append(plan.asks)
        if len(asked) == 1:
            made.aws("iam").attach_role_policy(
                RoleName="TaskService", PolicyArn="arn:aws:iam::123456789012:policy/S3TaskReportsPolicy"
            )
        return len(asked) == 1

    more = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    )
    made.aws("iam").put_role_policy(RoleName="TaskReporter", PolicyName="more", PolicyDocument=more)
    before = list(made.proxy.calls)
    with pytest.raises(tt.Declined, match="nothing was written"):
        tt.provision("prod", only=ONLY, confirm=confirm)
    assert len(asked) == 2
    assert "S3TaskReportsPolicy" not in str(asked[0])
    assert "S3TaskReportsPolicy" in str(asked[1])
    assert len(made.proxy.calls) > len(before)


@pytest.mark.usefixtures("inside")
def test_from_python(made: World, file: str) -> None:
    made.aws("s3").put_bucket_versioning(**SUSPENDED)
    plan = tt.plan("prod", only=ONLY)
    tt.save_plan(plan, file)
    assert tt.load_plan(file) == plan
    done: Any = tt.provision("prod", plan=file)
    assert [str(key) for key in done.done] == [f"s3_bucket.{BUCKET}"]
    with pytest.raises(tt.TasktoolError, match="The plan is for prod, not for staging"):
        tt.provision(tt.Environment(name="staging"), plan=plan)
    with pytest.raises(tt.PlanMoved) as moved:
        tt.provision("prod", plan=plan)
    assert moved.value.moved == (f"s3_bucket.{BUCKET}: planned update, now no change",)
