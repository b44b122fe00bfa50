"""What left the overlay, by the scripts: listed, asked for, gone; what generated names left behind goes by itself."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tasktool_infra.bundled import bundled
from tests.system.conftest import Inside
from tests.system.test_scripts_life import push
from tests.system.world import World

HERE = "/api/v1/namespaces/prod/configmaps"
ENVIRONMENT = '[prod]\nregion = "ap-northeast-1"\neks_cluster_name = "mz-k8s"\noverlay = "kustomize/overlays/mine"\n'
OVERLAY = "namePrefix: prod-\nresources: [../../base%s]\ncomponents: [../../components/cluster]\n"
EXTRA = "{apiVersion: v1, kind: ConfigMap, metadata: {name: extra}, data: {is: extra}}\n"
PROGRAMS = ("task-service", "task-web", "task-reporter")

Overlay = Callable[[str], None]


@pytest.fixture
def overlay(cloud: World, inside: Inside) -> Overlay:
    """Give what writes the overlay; all that the application needs stands."""
    folder = cloud.shell.folder / "kustomize"
    shutil.copytree(bundled("kustomize"), folder)
    cloud.shell.config(ENVIRONMENT)
    mine = folder / "overlays" / "mine"
    mine.mkdir()
    Path(mine / "extra.yaml").write_text(EXTRA)

    def write(more: str) -> None:
        (mine / "kustomization.yaml").write_text(OVERLAY % more)

    write("")
    inside("provision", "prod")
    for program in PROGRAMS:
        push(cloud, f"mamezou-tech/{program}")
    return write


def versions(cloud: World) -> dict[str, str]:
    """Give the versions of all ConfigMaps, by name."""
    found = cloud.kubernetes.get(HERE)["items"]
    return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in found}


def test_what_left_the_overlay_needs_a_yes(cloud: World, inside: Inside, overlay: Overlay) -> None:
    overlay(", extra.yaml")
    inside("provision", "prod", "--only", "app")
    overlay("")
    before = versions(cloud)
    plan = inside("plan", "prod", "--only", "app")
    assert plan.planned == ["- config_map.prod/prod-extra"]
    assert plan.summary == "Plan: 0 to add, 0 to change, 1 to destroy"
    declined = inside("provision", "prod", "--only", "app", expect=78)
    assert "delete config_map.prod/prod-extra" in declined.err
    assert versions(cloud) == before
    inside("provision", "prod", "--only", "app", "--yes")
    assert versions(cloud) == {name: version for name, version in before.items() if name != "prod-extra"}
    assert inside("plan", "prod", "--only", "app").summary.startswith("No changes.")


def test_generated_names_go_later_and_without_a_yes(cloud: World, inside: Inside, overlay: Overlay) -> None:
    inside("provision", "prod", "--only", "app")
    first = set(versions(cloud))
    inside("provision", "prod", "--only", "app", "--bucket", "another-bucket")
    second = set(versions(cloud))
    assert first < second
    assert inside("plan", "prod", "--only", "app", "--bucket", "another-bucket").summary.startswith("No changes.")
    inside("provision", "prod", "--only", "app", "--bucket", "third-bucket")
    [old] = first - set(versions(cloud))
    assert old.startswith("prod-task-reporter-config-")


def test_a_teardown_finds_what_the_overlay_no_longer_says(cloud: World, inside: Inside, overlay: Overlay) -> None:
    overlay(", extra.yaml")
    inside("provision", "prod", "--only", "app")
    overlay("")
    inside("teardown", "prod", "--only", "app", "--yes")
    assert set(versions(cloud)) <= {"kube-root-ca.crt"}


def test_nothing_goes_while_what_may_come_in_its_place_waits(cloud: World, inside: Inside, overlay: Overlay) -> None:
    overlay(", extra.yaml")
    inside("provision", "prod", "--only", "app")
    overlay("")
    plan = inside("plan", "prod", "--only", "app", "--image-tag", "2.0.0", expect=75)
    assert "… config_map.prod/prod-extra: it goes once everything else is there" in plan.out
    inside("provision", "prod", "--only", "app", "--image-tag", "2.0.0", "--yes", expect=75)
    assert "prod-extra" in versions(cloud)
