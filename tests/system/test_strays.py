"""What is no longer wanted, as users meet it: named in every plan, removed after a yes, data only when told to."""

from typing import Any

import pytest

import tasktool_infra as tt
from tests.system.conftest import Inside
from tests.system.world import BUCKET, TABLE, World, refusing_in_json

RENAMED = ("--table", "tasks-2", "--bucket", "reports-of-prod-2")
ONLY = ("aws", "access")


def test_a_renamed_table_and_bucket(made: World, inside: Inside) -> None:
    with made.untouched():
        planned = inside("plan", "prod", *RENAMED)
    assert planned.summary == "Plan: 2 to add, 3 to change, 0 to destroy"
    for old in (f"dynamodb_table.{TABLE}", f"s3_bucket.{BUCKET}"):
        assert f"= {old}: no longer wanted; kept: it may hold data; --delete-data" in planned.out
    done = inside("provision", "prod", *RENAMED)
    assert "table                     tasks-2" in done.out
    assert made.aws("dynamodb").list_tables()["TableNames"] == [TABLE, "tasks-2"]
    with made.untouched():
        assert (
            f"delete dynamodb_table.{TABLE}, and with it"
            in inside("provision", "prod", *RENAMED, "--delete-data", expect=78).err
        )
    assert "2 destroyed" in inside("provision", "prod", *RENAMED, "--delete-data", "--yes").out
    assert made.aws("dynamodb").list_tables()["TableNames"] == ["tasks-2"]
    assert inside("plan", "prod", *RENAMED).summary.startswith("No changes.")


@pytest.mark.usefixtures("inside")
def test_environments_do_not_see_each_other(cloud: World) -> None:
    cloud.shell.config("".join(f'[{name}]\nregion = "ap-northeast-1"\neks_cluster_name = "mz-k8s"\n' for name in "ab"))
    tt.provision(["a", "b"], only=ONLY)
    plan = tt.plan("a", only=ONLY, repositories=["mamezou-tech/task-service"])
    released = {str(c.key): c.reason for c in plan.changes if c.action is not tt.Action.NONE}
    assert released == {
        f"ecr_repository.mamezou-tech/{name}": "no longer wanted; kept: it is used by b"
        for name in ("task-web", "task-reporter")
    }
    assert not [key for key in plan.actions if key.endswith(("-b", ".b")) or "-b-" in key]
    gone = tt.teardown("a", only=ONLY, repositories=["mamezou-tech/task-service"], delete_data=True, confirm=True)
    assert gone.ok
    assert set(tt.plan("b", only=ONLY).actions.values()) == {"none"}
    tags: Any = cloud.aws("ecr").list_tags_for_resource(
        resourceArn="arn:aws:ecr:ap-northeast-1:123456789012:repository/mamezou-tech/task-web"
    )["tags"]
    assert {tag["Key"] for tag in tags} & {"UsedBy/a", "UsedBy/b"} == {"UsedBy/b"}


def test_a_teardown_finds_what_earlier_names_left(made: World, inside: Inside) -> None:
    inside("provision", "prod", *RENAMED)
    gone = inside("teardown", "prod", *RENAMED, "--delete-data", "--yes")
    assert "15 destroyed" in gone.out
    assert made.aws("dynamodb").list_tables()["TableNames"] == []
    assert made.aws("s3").list_buckets()["Buckets"] == []


def test_whoever_may_not_look_is_told_and_goes_on(made: World, inside: Inside) -> None:
    made.aws("dynamodb").update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    made.proxy.before = lambda call: (
        refusing_in_json(400, "AccessDeniedException", "no") if call.operation == "GetResources" else None
    )
    planned = inside("plan", "prod")
    assert planned.summary == "Plan: 0 to add, 1 to change, 0 to destroy"
    assert "the caller may not call tag:GetResources: allow it" in planned.out
