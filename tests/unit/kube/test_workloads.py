"""The application's manifests as resources: what each needs first, what comes before it, and in which order all go."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.aws.dynamodb_keys import Attribute
from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.ecr_image import Image
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call, Wait
from tasktool_infra.engine.order import creation, earlier, removal
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.values.frozen import thaw
from tasktool_infra.wishes import chosen
from tasktool_infra.workloads import ROLE_HASH, Surroundings, pod_template, workloads

PLACE = Place("123456789012", "aws", "ap-northeast-1")
REGISTRY = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
HOST = Namespace(name="prod")
ACCOUNT = ServiceAccount(namespace="prod", name="app", role_arn="arn:aws:iam::123456789012:role/One", within=HOST)
TABLE = Table(name="tasks", hash_key=Attribute("task_id", "S"))
AROUND = Surroundings(application="task-tool", namespace=HOST, accounts=(ACCOUNT,), place=PLACE, used=(TABLE,))


def manifest(kind: str, version: str = "v1", name: str = "app", **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "prod"}, **content}


def template(image: str, account: str = "app", **annotations: str) -> dict[str, Any]:
    spec = {"containers": [{"name": "app", "image": image}], "serviceAccountName": account}
    return {**({"metadata": {"annotations": annotations}} if annotations else {}), "spec": spec}


def deployment(image: str = f"{REGISTRY}/app:1", **more: str) -> dict[str, Any]:
    selector = {"matchLabels": {"app": "app"}}
    return manifest("Deployment", "apps/v1", spec={"selector": selector, "template": template(image, **more)})


def cron_job() -> dict[str, Any]:
    spec = {"jobTemplate": {"spec": {"template": template(f"{REGISTRY}/batch:1")}}}
    return manifest("CronJob", "batch/v1", spec=spec)


ALL = [
    manifest("ConfigMap"),
    manifest("Service"),
    deployment(),
    cron_job(),
    manifest("Ingress", "networking.k8s.io/v1"),
]


def made(around: Surroundings = AROUND, *manifests: dict[str, Any]) -> dict[str, Resource]:
    return {each.key.kind: each for each in workloads(manifests or ALL, around)}


def role_hash(role: str, **annotations: str) -> Any:
    around = evolve(AROUND, accounts=(evolve(ACCOUNT, role_arn=role),))
    found = made(around, deployment(**annotations))["deployment"]
    assert isinstance(found, Manifest)
    return pod_template(thaw(found.body)).get("metadata", {}).get("annotations", {})


def test_the_pods_carry_a_hash_of_their_role() -> None:
    assert role_hash("one") == role_hash("one")
    assert role_hash("one")[ROLE_HASH] != role_hash("two")[ROLE_HASH]
    assert role_hash("one", team="blue")["team"] == "blue"


def test_pods_without_a_role_carry_none() -> None:
    assert role_hash("one", account="default") == {}


def test_a_manifest_is_left_as_it_was() -> None:
    given = deployment()
    made(AROUND, given)
    assert given == deployment()


def test_workloads_need_their_images_and_accounts_and_stand_in_their_namespace() -> None:
    found = made()
    needed = {other.key.kind for other in found["deployment"].requires}
    assert {"ecr_image", "service_account"} <= needed
    assert found["deployment"].within == HOST
    assert found["config_map"].within == HOST


@pytest.mark.parametrize("image", ["nginx:1", "public.ecr.aws/x/y:1"])
def test_images_from_elsewhere_are_not_looked_for(image: str) -> None:
    assert "ecr_image" not in made(AROUND, deployment(image))


def test_nobody_looks_for_images_where_no_container_runs() -> None:
    assert not any(isinstance(each, Image) for each in workloads(ALL, evolve(AROUND, images=False)))


def order(graph: Any) -> dict[str, set[str]]:
    return {key.kind: {other.kind for other in others} for key, others in graph.items()}


def test_pods_come_after_what_they_use_and_the_door_comes_last() -> None:
    everything = [HOST, ACCOUNT, TABLE, *workloads(ALL, AROUND)]
    before = order(earlier(everything))
    assert {"config_map", "service", "dynamodb_table"} <= before["deployment"]
    assert {"deployment", "cron_job"} <= before["ingress"]
    assert "dynamodb_table" not in order(creation(everything))["deployment"]


def test_the_door_goes_first_then_the_pods_then_their_accounts_then_the_namespace() -> None:
    everything = [HOST, ACCOUNT, TABLE, *workloads(ALL, AROUND)]
    before = order(removal(everything))
    assert before["ingress"] == set()
    assert "ingress" in before["deployment"]
    assert {"deployment", "cron_job"} <= before["service_account"] & before["config_map"] & before["dynamodb_table"]
    assert {"service_account", "config_map", "ingress", "deployment"} <= before["namespace"]


def test_one_workload_is_chosen_with_what_it_requires_and_no_other() -> None:
    everything = (HOST, ACCOUNT, TABLE, *workloads(ALL, AROUND))
    names = [str(each.key) for each in everything if each.key.kind in ("deployment", "cron_job")]
    for name in names:
        taken = {str(each.key) for each in chosen(everything, [name], removing=False)}
        assert taken & set(names) == {name}
        assert not any(each.startswith(("ingress", "service.", "config_map")) for each in taken)


BARE = {"template": {"spec": {"containers": [{"name": "a"}]}}}


@pytest.mark.parametrize("spec", [None, {}, {"template": None}, BARE])
@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_what_a_manifest_lacks_is_left_to_the_server_to_say(kind: str, spec: Any) -> None:
    [part] = [e for e in workloads([manifest(kind, "apps/v1", spec=spec)], AROUND) if isinstance(e, Manifest)]
    assert part.manifest()["spec"] == spec
    apply, wait = part.converge(None)
    assert isinstance(apply, Call)
    assert isinstance(wait, Wait)
