"""Five hundred objects on a real API server: made, left alone when nothing differs, and gone when they leave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tasktool_infra.engine.hooks import hooked
from tests.controlplane.cluster import Cluster
from tests.faults.injection import Script
from tests.system.application import PROGRAMS, ROOTS, Place, place
from tests.system.many import overlay
from tests.system.world import Done, Shell

MANY, FEWER = 500, 480
ALL = ("--only", "aws,access,app", "--account", "123456789012")
KINDS = ("configmaps", "services", "deployments")


@pytest.fixture
def here(real_cluster: Cluster, tmp_path: Path, commands: Callable[[Shell], Callable[..., Done]]) -> Iterator[Place]:
    """Give both clouds with the registries in them, and images of the programs there."""
    with place(real_cluster, tmp_path, commands) as made:
        made.run("provision", "--only", "aws", "--account", "123456789012")
        for program in PROGRAMS:
            made.push(program)
        yield made


def versions(here: Place) -> dict[str, str]:
    """Give the resourceVersion of each object."""
    lists = [here.api.get(f"{ROOTS[plural]}/namespaces/prod/{plural}?labelSelector=env=prod") for plural in KINDS]
    items = [item["metadata"] for each in lists for item in each["items"]]
    return {f"{item['uid']} {item['name']}": item["resourceVersion"] for item in items}


def test_many_objects_are_made_left_alone_and_pruned(here: Place, tmp_path: Path) -> None:
    many = ("--overlay", str(overlay(tmp_path, MANY)))
    made = here.run("provision", *many, *ALL)
    assert made.summary == f"Plan: {MANY + 13} to add, 0 to change, 0 to destroy", made.summary
    before = versions(here)
    assert len(before) == MANY + 7

    seen = Script()
    with hooked(seen):
        again = here.run("provision", *many, *ALL)
    assert again.summary.startswith("No changes.")
    assert versions(here) == before
    calls = [call.operation for call in seen.calls if call.service == "kubernetes"]
    # The namespace, two ServiceAccounts and the ApplySet stand in no list of members; the last is looked at twice.
    assert calls.count("get") == 5
    assert calls.count("list") < 20

    overlay(tmp_path, FEWER)
    pruned = here.run("provision", *many, *ALL, "--yes")
    assert pruned.summary == f"Plan: 0 to add, 0 to change, {MANY - FEWER} to destroy"
    left = versions(here)
    assert len(left) == FEWER + 7
    assert left.items() <= before.items()
