"""The temporary overlay carries every value of its environment, and is a plain value itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from botocore.session import Session

from tasktool_infra.bundled import bundled
from tasktool_infra.engine.errors import Refused
from tasktool_infra.kube.overlay import OverlayValues, images, loopback_domain, overlay, real
from tests.overlay_values import PROD, STAGING

OWN = evolve(STAGING, overlay=Path("mine"))


def kustomization(values: OverlayValues) -> dict[str, Any]:
    files = overlay(values)
    assert list(files) == ["kustomization.yaml"]
    content: dict[str, Any] = json.loads(files["kustomization.yaml"])
    return content


def literals(values: OverlayValues) -> dict[str, dict[str, str]]:
    entries = kustomization(values)["configMapGenerator"]
    assert {entry["behavior"] for entry in entries} == {"merge"}
    return {entry["name"]: dict(text.split("=", 1) for text in entry["literals"]) for entry in entries}


def test_prod_stands_on_its_real_overlay() -> None:
    made = kustomization(PROD)
    assert made["resources"] == ["real/overlays/prod"]
    assert not {"components", "namePrefix", "labels"} & made.keys()
    assert real(PROD) == bundled("kustomize")


def test_any_other_environment_stands_on_base_and_component() -> None:
    made = kustomization(STAGING)
    assert (made["resources"], made["components"]) == (["real/base"], ["real/components/cluster"])
    assert (made["namespace"], made["namePrefix"]) == ("testing", "staging-")
    assert made["labels"] == [{"includeSelectors": True, "pairs": {"env": "staging"}}]
    assert "prod" not in overlay(evolve(STAGING, overlay=None))["kustomization.yaml"].replace("production", "")


def test_an_overlay_of_its_own_says_prefix_labels_and_stage() -> None:
    made = kustomization(OWN)
    assert made["resources"] == ["real"]
    assert made["namespace"] == "testing"
    assert not {"components", "namePrefix", "labels"} & made.keys()
    assert "STAGE" not in literals(OWN)["task-service-config"]
    assert real(OWN) == Path("mine")


def test_configuration() -> None:
    common = {"STAGE": "staging", "TASK_TABLE_NAME": "tasks-of-staging", "AWS_DEFAULT_REGION": "cn-north-1"}
    assert literals(STAGING) == {
        "task-service-config": common,
        "task-reporter-config": {**common, "REPORT_BUCKET": "reports.of.staging"},
    }


def test_images_follow_account_region_partition_repositories_and_tag() -> None:
    registry = "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn"
    assert images(STAGING) == {
        "task-service": f"{registry}/team/task-service:2.1.0-rc.1",
        "task-web": f"{registry}/team/blue/task-web:2.1.0-rc.1",
        "task-reporter": f"{registry}/task-reporter:2.1.0-rc.1",
    }


def test_registry_hosts_are_those_of_the_sdk() -> None:
    partitions = Session().get_data("partitions")["partitions"]
    for partition in partitions:
        image = images(evolve(PROD, partition=partition["id"]))["task-web"]
        assert image.partition("/")[0].endswith("ap-northeast-1." + partition["outputs"]["dnsSuffix"])
    with pytest.raises(Refused, match="partition aws-moon is not known"):
        overlay(evolve(PROD, partition="aws-moon"))


@pytest.mark.parametrize(
    ("repositories", "said"),
    [
        ((), r"end with task-service, .*: none does"),
        (("a/task-service", "b/task-service"), "a/task-service and b/task-service all do"),
        (("task-services", "my-task-service"), "none does"),
    ],
)
def test_a_program_has_exactly_one_repository(repositories: tuple[str, ...], said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        overlay(evolve(STAGING, repositories=repositories))
    assert caught.value.next_step == "Correct `repositories` of environment staging."


def test_a_name_too_long_for_a_cron_job_is_refused() -> None:
    assert overlay(evolve(STAGING, name="x" * 38))
    with pytest.raises(Refused, match="may have 38 characters, not 39"):
        overlay(evolve(STAGING, name="x" * 39))
    assert overlay(evolve(OWN, name="x" * 39))


def test_no_value_breaks_out() -> None:
    hostile = '"]\n- op: remove\n\u2028\x07{{x}}$(y)'
    made = kustomization(evolve(STAGING, domain=hostile, email=hostile, ingress_class=hostile))
    patches = [json.loads(entry["patch"]) for entry in made["patches"]]
    values = [step["value"] for patch in patches if isinstance(patch, list) for step in patch]
    assert values.count(hostile) == 5
    assert values.count([hostile]) == 2


def test_the_same_values_give_the_same_text() -> None:
    assert overlay(STAGING) == overlay(evolve(STAGING))


def test_hosts_where_they_lead_nowhere_differ() -> None:
    assert loopback_domain("prod") == "task.mamezou-tech.com"
    assert loopback_domain("staging") == "staging.task.mamezou-tech.com"


def test_local_stands_on_its_real_overlay_and_takes_images_of_the_nodes() -> None:
    local = evolve(PROD, name="local", built_here=True, image_tag="latest", table="tasks", region="local")
    made = kustomization(local)
    assert made["resources"] == ["real/overlays/local"]
    assert images(local)["task-service"] == "task-service:latest"
    assert literals(local)["task-service-config"] == {"TASK_TABLE_NAME": "tasks", "AWS_DEFAULT_REGION": "local"}


def test_another_environment_beside_an_emulator_stands_on_its_component() -> None:
    made = kustomization(evolve(STAGING, built_here=True))
    assert (made["resources"], made["components"]) == (["real/base"], ["real/components/local"])
    assert made["namePrefix"] == "staging-"
    assert "STAGE" not in literals(evolve(STAGING, built_here=True))["task-reporter-config"]
