"""The scripts on an AWS and a cluster that somebody else started: by endpoint, keys and a context of the kubeconfig."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from tests.controlplane.cluster import Cluster
from tests.faults.proxy import Answer, Proxy, proxy
from tests.system.world import World

ISSUER = "https://oidc.example.com/id/CLUSTER"
EMPTY = {
    "kind": "Status",
    "reason": "NotFound",
    "message": "there is none",
    "details": {"kind": "namespaces", "name": "prod"},
}


def kubeconfig(file: Path, server: str) -> str:
    parts = {"clusters": {"cluster": {"server": server}}, "users": {"user": {"token": "t"}}}
    context = {"context": {"cluster": "there", "user": "there"}}
    config = {kind: [{"name": "there", **part}] for kind, part in (parts | {"contexts": context}).items()}
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **config}))
    return str(file)


def by_context(context: str, issuer: str) -> list[str]:
    cluster = ["--eks-cluster-name", "", "--context", context]
    return [*cluster, "--oidc-provider-url", issuer, "--create-oidc-provider", "true"]


@frozen
class Elsewhere:
    """A cloud whose cluster has nothing in it, and keeps what it is asked."""

    cloud: World
    kubernetes: Proxy
    options: list[str]


@pytest.fixture
def elsewhere(cloud: World, monkeypatch: pytest.MonkeyPatch, inside: Any) -> Iterator[Elsewhere]:
    """Give a cloud with such a cluster, reached by a context of the kubeconfig."""
    with proxy(cloud.sandbox.aws_endpoint) as kubernetes:
        kubernetes.before = lambda _: Answer(404, json.dumps(EMPTY).encode(), "application/json")
        monkeypatch.setenv("KUBECONFIG", kubeconfig(cloud.shell.folder / "config", kubernetes.url))
        yield Elsewhere(cloud, kubernetes, by_context("there", ISSUER))


def test_a_real_cluster_by_its_context(cloud: World, real_cluster: Cluster) -> None:
    shell = cloud.shell.having(KUBECONFIG=str(real_cluster.kubeconfig), TASKTOOL_NAMESPACE="elsewhere")
    options = ["prod", *by_context(real_cluster.arn, real_cluster.issuer)]
    made = shell.run("provision", *options)
    assert made.summary == "Plan: 14 to add, 0 to change, 0 to destroy"
    account = real_cluster.api().get("/api/v1/namespaces/elsewhere/serviceaccounts/task-service")
    role = cloud.aws("iam").get_role(RoleName="TaskService")["Role"]
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] == role["Arn"]
    assert real_cluster.issuer.removeprefix("https://") in json.dumps(role["AssumeRolePolicyDocument"])
    writes = len(cloud.writes)
    assert shell.run("plan", *options).summary.startswith("No changes.")
    gone = shell.run("teardown", *options, "--yes", "--delete-data")
    assert gone.out.index("service_account.elsewhere/task-service: deleted") < gone.out.index("TaskService: deleting")
    assert len(cloud.writes) > writes
    assert real_cluster.api().call("GET", "/api/v1/namespaces/elsewhere").status == 404
    assert not any(call.path.startswith("/clusters") for call in cloud.proxy.calls)


def test_every_request_carries_the_id_of_its_run(elsewhere: Elsewhere, inside: Any) -> None:
    runs = []
    for _ in range(2):
        elsewhere.cloud.proxy.calls.clear()
        elsewhere.kubernetes.calls.clear()
        assert inside("plan", "prod", *elsewhere.options).summary == "Plan: 14 to add, 0 to change, 0 to destroy"
        both = [*elsewhere.cloud.proxy.calls, *elsewhere.kubernetes.calls]
        assert elsewhere.kubernetes.calls
        agents = {re.search(r"tasktool-infra/\S+ run/(\w+)", call.agent) for call in both}
        assert None not in agents
        (run,) = {agent[1] for agent in agents if agent}
        runs.append(run)
    assert runs[0] != runs[1]


def test_only_aws_leaves_the_cluster_alone(elsewhere: Elsewhere, inside: Any) -> None:
    only = (*elsewhere.options, "--only", "aws")
    assert inside("provision", "prod", *only).summary == "Plan: 11 to add, 0 to change, 0 to destroy"
    assert inside("plan", "prod", *only).summary.startswith("No changes.")
    inside("teardown", "prod", *only, "--yes")
    assert elsewhere.kubernetes.calls == []


def test_only_what_is_named_and_what_it_needs(cloud: World, inside: Any) -> None:
    made = inside("provision", "prod", "--only", "iam_role.TaskService")
    assert made.planned == ["+ iam_policy.DynamoDBTaskTablePolicy", "+ iam_role.TaskService"]
    kinds = inside("plan", "prod", "--only", "dynamodb_table", "s3_bucket")
    assert [line.split(".")[0] for line in kinds.planned] == ["+ dynamodb_table", "+ s3_bucket"]
    gone = inside("teardown", "prod", "--only", "iam_role.TaskService", "--yes")
    assert gone.planned == ["- iam_role.TaskService"]


def test_a_context_of_another_cluster_is_refused(cloud: World, inside: Any, real_cluster: Cluster) -> None:
    config = str(real_cluster.kubeconfig)
    with cloud.untouched():
        refused = cloud.shell.having(KUBECONFIG=config).run(
            "provision", "prod", "--context", real_cluster.arn, expect=78
        )
    assert "another cluster than mz-k8s" in refused.err
