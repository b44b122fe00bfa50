"""The life of environments, by the scripts: made, unchanged, removed; two that share an account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.world import BUCKET, TABLE, Shell, World, shell_in

STAGING = '[staging]\nregion = "ap-northeast-1"\neks_cluster_name = "mz-k8s"\n'
REPOSITORIES = ["mamezou-tech/task-reporter", "mamezou-tech/task-service", "mamezou-tech/task-web"]
OUTPUTS = [TABLE, BUCKET, "role/app/TaskService", "role/app/TaskReporter", "mamezou-tech/task-web", "namespace "]


def repositories(cloud: World) -> list[str]:
    found = cloud.aws("ecr").describe_repositories()["repositories"]
    return sorted(repository["repositoryName"] for repository in found)


def push(cloud: World, repository: str) -> None:
    kind = "application/vnd.oci.image.manifest.v1+json"
    manifest = f'{{"schemaVersion": 2, "mediaType": "{kind}", "config": {{"digest": "sha256:0"}}, "layers": []}}'
    cloud.aws("ecr").put_image(repositoryName=repository, imageManifest=manifest, imageTag="1.0.0")


def test_an_environment_is_made_once(cloud: World) -> None:
    with cloud.untouched():
        assert cloud.shell.run("plan", "prod").summary.startswith("Plan: 13 to add, 0 to change, 0 to destroy")
        cloud.shell.run("plan", "prod", "--detailed-exitcode", expect=2)
    made = cloud.shell.run("provision", "prod")
    plan, done = made.out.index("\nPlan: 13 to add, 0 to change, 0 to destroy"), made.out.index("\nDone: 13 added")
    assert plan < made.out.index("creating") < done
    assert all(output in made.out[done:] for output in OUTPUTS)
    assert made.err == ""
    with cloud.untouched():
        again = cloud.shell.run("provision", "prod")
        assert again.summary.startswith("No changes.")
        assert "\nDone: 0 added, 0 changed, 0 destroyed" in again.out
        assert BUCKET in again.out[again.out.index("Outputs") :]
        cloud.shell.run("plan", "prod", "--detailed-exitcode")


def test_a_teardown_asks_and_keeps_what_may_hold_data(cloud: World) -> None:
    cloud.shell.run("provision", "prod")
    push(cloud, "mamezou-tech/task-web")
    with cloud.untouched():
        refused = cloud.shell.run("teardown", "prod", expect=78)
    assert refused.summary.startswith("Plan: 0 to add, 0 to change, 10 to destroy")
    assert "delete iam_role.TaskService" in refused.err
    assert "--yes" in refused.err
    gone = cloud.shell.run("teardown", "prod", "--yes")
    for kept in (f"dynamodb_table.{TABLE}", f"s3_bucket.{BUCKET}", "ecr_repository.mamezou-tech/task-web"):
        assert gone.out.index(f"= {kept}: kept: ") < gone.out.index(gone.summary)
    assert "\nDone: 0 added, 0 changed, 10 destroyed" in gone.out
    assert repositories(cloud) == ["mamezou-tech/task-web"]
    with cloud.untouched():
        assert cloud.shell.run("teardown", "prod").summary.startswith("No changes.")
    cloud.shell.run("teardown", "prod", "--yes", "--delete-data")
    assert repositories(cloud) == []
    assert cloud.aws("dynamodb").list_tables()["TableNames"] == []
    assert cloud.aws("s3").list_buckets()["Buckets"] == []
    assert len(cloud.aws("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 1


def test_a_second_environment_shares_the_repositories(cloud: World) -> None:
    cloud.shell.run("provision", "prod")
    cloud.shell.config(STAGING)
    made = cloud.shell.run("provision", "staging")
    assert made.summary.startswith("Plan: 10 to add, 3 to change, 0 to destroy")
    assert "role/app/TaskService-staging" in made.out
    left = cloud.shell.run("teardown", "staging", "--yes", "--delete-data")
    assert left.summary.startswith("Plan: 0 to add, 3 to change, 10 to destroy")
    assert repositories(cloud) == REPOSITORIES
    (cloud.shell.folder / "environments.toml").unlink()
    with cloud.untouched():
        assert cloud.shell.run("plan", "prod").summary.startswith("No changes.")
    cloud.shell.run("teardown", "prod", "--yes")
    assert repositories(cloud) == []


@pytest.fixture
def sandboxed(tmp_path: Path) -> Iterator[Shell]:
    """Give a shell with a sandbox home of its own, and proxies and a profile that would lead astray."""
    disturbing = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    shell = shell_in(
        tmp_path,
        TASKTOOL_SANDBOX_HOME=str(tmp_path / "sandbox"),
        AWS_PROFILE="gone",
        AWS_REGION="eu-west-1",
        **disturbing,
    )
    yield shell
    shell.run("sandbox", "stop")


def test_the_sandbox_serves_a_newcomer(sandboxed: Shell) -> None:
    assert "No sandbox is running" in sandboxed.run("sandbox", "status", expect=1).out
    made = sandboxed.run("provision", "prod", "--sandbox")
    assert made.out.startswith("The sandbox is not AWS")
    assert made.summary == "Plan: 23 to add, 0 to change, 0 to destroy"
    assert "url" in made.out
    assert sandboxed.run("provision", "prod", "--sandbox").summary.startswith("No changes.")
    exports = sandboxed.run("sandbox", "env").out
    assert "unset AWS_" in exports
    assert "export KUBECONFIG=" in exports
    gone = sandboxed.run("teardown", "prod", "--sandbox", "--yes", "--delete-data")
    assert gone.summary == "Plan: 0 to add, 0 to change, 23 to destroy"
    assert "what was in it is gone" in sandboxed.run("sandbox", "stop").out
