"""An environment may have an overlay of its own; its values are put in all the same."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from tasktool_infra.bundled import bundled
from tasktool_infra.engine.errors import Problem, Refused
from tasktool_infra.exit_codes import BY_PROBLEM
from tasktool_infra.kube.kustomize import manifests
from tests.overlay_values import STAGING
from tests.rendered import HASH, dicts_with, indexed, meaning
from tests.system.world import Done


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Path]:
    """Make an overlay of one's own beside the real ones."""
    shutil.copytree(bundled("kustomize"), tmp_path / "kustomize")

    def write(text: str) -> Path:
        folder = tmp_path / "kustomize" / "overlays" / "mine"
        folder.mkdir()
        (folder / "kustomization.yaml").write_text(text)
        return folder

    return write


def test_an_overlay_of_its_own(own: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own("""
namePrefix: blue-
labels: [{pairs: {env: blue, team: blue}, includeSelectors: true}]
resources: [../../base]
components: [../../components/cluster]
replicas: [{name: task-web, count: 7}]
configMapGenerator: [{name: task-service-config, behavior: merge, literals: [STAGE=blue, MORE=1]}]
""")
    monkeypatch.chdir(folder.parent)
    objects = manifests(evolve(STAGING, overlay=Path("mine")))
    found = indexed([each | {"metadata": {"name": HASH.sub("", each["metadata"]["name"])}} for each in objects])
    assert found["Deployment", "blue-task-web"]["spec"]["replicas"] == 7
    assert found["ConfigMap", "blue-task-service-config"]["data"] | {"STAGE": "blue", "MORE": "1"} == {
        "AWS_DEFAULT_REGION": "cn-north-1",
        "MORE": "1",
        "NODE_ENV": "production",
        "STAGE": "blue",
        "TASK_TABLE_NAME": "tasks-of-staging",
        "TZ": "Asia/Tokyo",
    }
    assert found["Ingress", "blue-app-ingress"]["spec"]["rules"][0]["host"] == STAGING.domain
    assert {each["metadata"]["namespace"] for each in objects} == {"testing"}
    assert {each["image"].partition(".")[0] for each in dicts_with(objects, "image")} == {STAGING.account}


def test_an_overlay_of_its_own_may_leave_out_web_page_and_certificates(own: Callable[[str], Path]) -> None:
    folder = own("namePrefix: bare-\nresources: [../../base]\n")
    objects = meaning(manifests(evolve(STAGING, overlay=folder)))
    ingress = objects["Ingress", "bare-app-ingress"]
    assert ingress["spec"]["rules"][0]["host"] == STAGING.domain
    assert "annotations" not in ingress["metadata"]
    assert "tls" not in ingress["spec"]
    assert ("Deployment", "bare-task-web") not in objects


@pytest.mark.parametrize(
    ("text", "said", "next_step"),
    [
        ("resources: [none.yaml]", "none.yaml", "kubectl kustomize "),
        ("resources: [[]]", "cannot unmarshal array", "kubectl kustomize "),
        ("namePrefix: x-\n", "task-service-config", "based on kustomize/base"),
        ("resources: [/etc/hostname]", "is not in or below", "kubectl kustomize "),
    ],
)
def test_what_kustomize_does_not_take(own: Callable[[str], Path], text: str, said: str, next_step: str) -> None:
    with pytest.raises(Refused, match=r"overlay of environment staging \(.*/mine\) can't be rendered") as caught:
        manifests(evolve(STAGING, overlay=own(text)))
    assert said in caught.value.message
    assert "tasktool-overlay-" not in caught.value.message
    assert next_step in caught.value.next_step


@pytest.mark.parametrize("only", [("iam_role",), ("access", "dynamodb_table"), ("TaskService",)])
def test_what_is_of_aws_alone_needs_no_rendering(inside: Callable[..., Done], only: tuple[str, ...]) -> None:
    assert inside("plan", "prod", "--overlay", "nowhere", "--only", *only).summary.startswith("Plan: ")


@pytest.mark.parametrize("only", ["app", "service_account", "deployment"])
def test_where_a_manifest_may_be_meant_it_is_rendered(inside: Callable[..., Done], only: str) -> None:
    refused = inside("plan", "prod", "--overlay", "nowhere", "--only", only, expect=BY_PROBLEM[Problem.REFUSED].code)
    assert "The overlay of environment prod is not there" in refused.err
