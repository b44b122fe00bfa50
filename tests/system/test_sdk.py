"""The SDK from Python: imported at no cost, told what to do by values, answering with values."""

import subprocess
import sys
from typing import Any

import pytest

import tasktool_infra as tt
from tests.system.world import BUCKET, ROOT, TABLE, World, refusing

INFRASTRUCTURE = ("aws", "access")
HEAVY = ("boto3", "botocore", "kubernetes", "moto", "attrs", "urllib3")


@pytest.mark.parametrize("module", ["tasktool_infra", "tasktool_infra.cli"])
def test_importing_it_costs_nothing(module: str) -> None:
    heavy = set(HEAVY) - ({"attrs"} if module.endswith("cli") else set())
    script = f"import sys, threading, {module}; print({heavy} & set(sys.modules), threading.active_count())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set() 1\n"


def test_everything_that_it_names_is_there() -> None:
    assert {name for name in tt.__all__ if getattr(tt, name, None) is None} == set()
    assert set(tt.__all__) <= set(dir(tt))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = tt.nothing


@pytest.mark.usefixtures("inside")
def test_environments_as_values(cloud: World) -> None:
    with cloud.untouched():
        plan = tt.plan("prod", only=INFRASTRUCTURE)
    assert plan.actions[f"s3_bucket.{BUCKET}"] == "create"
    assert plan.asks == ()
    made = tt.provision("prod", only=INFRASTRUCTURE)
    assert made.ok
    assert made.outputs["table"] == TABLE
    again = tt.plan("prod", only=INFRASTRUCTURE)
    assert tt.plan(tt.load("prod"), only=INFRASTRUCTURE) == again != plan
    with cloud.untouched(), pytest.raises(tt.Declined, match="yes") as declined:
        tt.teardown("prod", only=INFRASTRUCTURE, delete_data=True)
    assert declined.value.problem is tt.Problem.REFUSED
    gone = tt.teardown(
        "prod",
        only=INFRASTRUCTURE,
        delete_data=True,
        confirm=lambda plan: f"delete dynamodb_table.{TABLE}" in str(plan.asks),
    )
    assert len(gone.done) == 13


@pytest.mark.usefixtures("inside")
def test_several_environments_in_one_run(cloud: World) -> None:
    here = 'region = "ap-northeast-1"\neks_cluster_name = "mz-k8s"\n'
    cloud.shell.config(f"[dev]\n{here}[test]\n{here}")
    made = tt.provision(["dev", "test"], only=INFRASTRUCTURE)
    assert len(made.done) == 3 + 2 * 10
    tags = cloud.aws("ecr").list_tags_for_resource(
        resourceArn=cloud.aws("ecr").describe_repositories()["repositories"][0]["repositoryArn"]
    )["tags"]
    assert {"UsedBy/dev", "UsedBy/test"} <= {tag["Key"] for tag in tags}
    for name in ("dev", "test"):
        assert set(tt.plan(name, only=INFRASTRUCTURE).actions.values()) == {"none"}
    tt.teardown(["dev", "test"], confirm=True, delete_data=True)
    assert cloud.aws("ecr").describe_repositories()["repositories"] == []


@pytest.mark.usefixtures("inside")
def test_resources_of_ones_own(cloud: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(tt.Refused, match="No region is known"):
        tt.plan([tt.Bucket(name="shop-dev-orders")], owner=tt.Owner("shop", "dev"))
    monkeypatch.setenv("AWS_REGION", cloud.sandbox.region)
    owner = tt.Owner("shop", "dev")
    orders = tt.Table(name="shop-orders", hash_key=tt.Attribute("id", "S"))
    mine = [orders, tt.Bucket(name="shop-dev-orders")]
    made = tt.provision(mine, owner=owner)
    assert made.plan.actions == {"dynamodb_table.shop-orders": "create", "s3_bucket.shop-dev-orders": "create"}
    assert set(tt.plan(mine, owner=owner).actions.values()) == {"none"}
    with cloud.untouched(), pytest.raises(tt.PlanRefused, match="belongs to another") as refused:
        tt.provision(mine, owner=tt.Owner("shop", "test"), adopt=True, confirm=True)
    assert [change.action for change in refused.value.plan.blocked] == [tt.Action.REFUSE, tt.Action.REFUSE]
    for wrong in ({}, {"owner": owner}):
        with pytest.raises(tt.TasktoolError, match="owner"):
            tt.provision([orders, "prod"], **wrong)  # type: ignore[arg-type]
    tt.teardown(mine, owner=owner, confirm=True, delete_data=True)
    assert cloud.aws("dynamodb").list_tables()["TableNames"] == []


@pytest.mark.usefixtures("inside")
def test_a_run_that_fails_tells_what_stands(cloud: World) -> None:
    cloud.proxy.before = lambda call: refusing(403, "AccessDenied", "no") if call.operation == "CreatePolicy" else None
    with pytest.raises(tt.RunFailed) as failed:
        tt.provision("prod")
    result = failed.value.result
    assert failed.value.problem is tt.Problem.DENIED
    assert {key.kind for key in result.failed} == {"iam_policy"}
    assert {str(key) for key in result.not_started} == {"iam_role.TaskService", "iam_role.TaskReporter"}
    assert not result.ok
    assert "needs iam:CreatePolicy on arn:aws:iam::123456789012:policy/" in str(failed.value)
    cloud.proxy.before = lambda _: None
    assert len(tt.provision("prod").done) == 5


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (tt.Owner("shop", "dev"), ("shop", "dev")),
        (tt.Bucket(name="b"), ("Bucket", "name='b'")),
        (tt.load("prod", bucket="my-bucket"), ("prod", "my-bucket")),
        (tt.Table(name="t", hash_key=tt.Attribute("id", "S")), ("Table", "'t'", "'id'")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_say_what_they_are(value: Any, parts: tuple[str, ...]) -> None:
    assert all(part in repr(value) for part in parts)
    assert len(repr(value)) < 1200
