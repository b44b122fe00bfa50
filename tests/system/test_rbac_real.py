"""The printed Kubernetes roles on a real API server: with just these every command does its work, and not with less."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasktool_infra.doctor.examine import OF_CLUSTER
from tasktool_infra.doctor.products import UNKNOWN
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.rbac import Right, review
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.least_privilege.grant import Grant
from tasktool_infra.sdk import permissions
from tests.controlplane.cluster import Cluster
from tests.controlplane.eks import token_for
from tests.controlplane.token_check import Caller
from tests.system.application import NAMESPACE, PROGRAMS, Place, place
from tests.system.rollouts import eventually
from tests.system.world import Done, Shell

RBAC = "/apis/rbac.authorization.k8s.io/v1"
PLURALS = {kind: f"{kind.lower()}s" for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")}
PINNED = ("--account", "123456789012")
CLUSTER_ONLY = ("--only", "access,app", *PINNED)
LACKING = Right("create", "apps", "deployments", "prod")


@pytest.fixture
def here(real_cluster: Cluster, tmp_path: Path, commands: Callable[[Shell], Callable[..., Done]]) -> Iterator[Place]:
    """Give the application's AWS side and its namespace; what is in it is to be made."""
    with place(real_cluster, tmp_path, commands) as made:
        made.run("provision", "--only", "aws", *PINNED)
        for program in PROGRAMS:
            made.push(program)
        made.run("provision", "--only", "access", *PINNED)
        made.api.call("DELETE", f"{NAMESPACE}/serviceaccounts/task-service").need()
        known = {**real_cluster.webhook.callers}
        yield made
        for caller in [each for each in real_cluster.webhook.callers if each not in known]:
            (group, _) = real_cluster.webhook.callers.pop(caller).groups
            for kind in ("ClusterRole", "ClusterRoleBinding"):
                made.api.call("DELETE", f"{RBAC}/{PLURALS[kind]}/{group}").need()


def become(command: str, here: Place, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Grant:
    """Let this process call as somebody who is in the printed group alone, and bind that to the printed rules."""
    group = f"task-tool-prod-{command}"
    caller = Caller(
        access_key=f"AKIA{command.upper():X<16}",
        secret_key="key",
        arn="arn:aws:iam::123456789012:user/ci",
        username=f"ci-{command}",
        groups=(group, "system:authenticated"),
    )
    here.cluster.webhook.callers[caller.access_key] = caller
    config: Any = json.loads(here.cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token_for(here.cluster.name, here.cluster.region, caller)}
    (folder / command).write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", str(folder / command))
    where: dict[str, Any] = {"eks_cluster_name": "", "oidc_provider_url": here.settings[-1]}
    found = permissions("prod", command, account="123456789012", **where)
    bind(here, found.roles)
    eventually(lambda: not lacking(here, found), 20)
    return found


def bind(here: Place, roles: Any) -> None:
    for each in roles["items"]:
        metadata = each["metadata"]
        within = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
        here.api.apply(f"{RBAC}{within}/{PLURALS[each['kind']]}/{metadata['name']}", each)


def without(roles: Any, right: Right) -> Any:
    """Give the roles less one right."""
    less = json.loads(json.dumps(roles))
    rules = [rule for each in less["items"] if each["metadata"].get("namespace") for rule in each.get("rules", ())]
    for rule in rules:
        if right.resource in rule["resources"] and right.verb in rule["verbs"] and len(rule["verbs"]) > 1:
            rule["verbs"].remove(right.verb)
    return less


def lacking(here: Place, found: Grant) -> set[Right]:
    """Give what the server itself says that the caller may not do."""
    transport = KubeTransport(ClusterAccess(run_id="run", context=here.cluster.arn))
    try:
        return {right for right in found.rights if not transport.send(review(right))["status"]["allowed"]}
    finally:
        transport.close()


def doctored(here: Place, expect: int = 0) -> set[str]:
    """Give what of the cluster the doctor could look at, and found in order or gave advice on."""
    records = [
        json.loads(line) for line in here.run("doctor", *PINNED, "--output", "json", expect=expect).out.splitlines()
    ]
    found = {each["about"]: each for each in records[-1]["findings"] if each["level"] != "fail"}
    return {about for about in OF_CLUSTER if about in found and UNKNOWN not in found[about]["said"]}


def test_with_just_the_printed_roles_every_command_does_its_work(
    here: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    become("doctor", here, monkeypatch, tmp_path)
    assert doctored(here) == {"cluster API", "access", "ingress class", "cert-manager", "external-dns"}
    become("plan", here, monkeypatch, tmp_path)
    assert "access" not in doctored(here, expect=77)
    assert " to add" in here.run("plan", *CLUSTER_ONLY).summary

    granted = become("provision", here, monkeypatch, tmp_path)
    bind(here, without(granted.roles, LACKING))
    eventually(lambda: bool(lacking(here, granted)), 20)
    assert LACKING in lacking(here, granted)
    refused = here.run("provision", *CLUSTER_ONLY, expect=77)
    assert "deployment" in refused.said
    assert '"verbs": ["patch", "create"]' in refused.said
    assert here.names("deployments") == []

    bind(here, granted.roles)
    eventually(lambda: not lacking(here, granted), 20)
    here.run("provision", *CLUSTER_ONLY)
    assert here.names("deployments") == ["prod-task-service", "prod-task-web"]
    become("verify", here, monkeypatch, tmp_path)
    here.run("verify", *CLUSTER_ONLY)
    become("teardown", here, monkeypatch, tmp_path)
    here.run("teardown", *CLUSTER_ONLY, "--yes")
    assert not here.api.call("GET", NAMESPACE).good
