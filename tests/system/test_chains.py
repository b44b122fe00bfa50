"""How many calls a run makes, and how many of them must follow one another: both follow from the APIs alone.

`ARCHITECTURE.md` derives the chains. A number that grows is a regression; one that shrinks is to be written down.
"""

from collections.abc import Callable
from typing import Any

import pytest

import tasktool_infra as tt
from tasktool_infra.engine.hooks import hooked
from tasktool_infra.sandbox.played_images import played_images
from tests.benchmarks.chains import CHAINS
from tests.benchmarks.rounds import DRIFTED
from tests.faults.rounds import Rounds
from tests.system.world import BUCKET, World

REMOVAL: dict[str, Any] = {"confirm": True, "delete_data": True}


def counted(run: Callable[..., Any], **options: Any) -> tuple[int, int, int]:
    """Give calls, writes and the longest chain of a run."""
    rounds = Rounds()
    with hooked(rounds, rounds):
        run("prod", **options)
    return rounds.calls, rounds.writes, rounds.chain


def loosen(cloud: World) -> None:
    """Change one field by hand."""
    suspended = {"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}
    cloud.aws("s3").put_bucket_versioning(**suspended)


@pytest.mark.usefixtures("inside")
def test_calls_writes_and_chains_of_the_aws_part(cloud: World) -> None:
    assert counted(tt.provision, only="aws") == (107, 20, CHAINS["create"])
    assert counted(tt.plan, only="aws") == (43, 0, CHAINS["plan"])
    assert counted(tt.verify, only="aws") == (43, 0, CHAINS["verify"])
    loosen(cloud)
    assert counted(tt.provision, only="aws") == (60, 1, 5)
    assert counted(tt.teardown, only="aws", **REMOVAL) == (130, 17, CHAINS["destroy"])


@pytest.mark.usefixtures("inside")
def test_the_application_adds_one_look_into_the_cluster() -> None:
    with played_images():
        tt.provision("prod")
        assert counted(tt.plan) == (72, 0, 3)


@pytest.mark.usefixtures("inside")
def test_chains_do_not_grow_with_the_environments(cloud: World) -> None:
    here = 'region = "ap-northeast-1"\neks_cluster_name = "mz-k8s"\n'
    cloud.shell.config("".join(f"[{name}]\n{here}" for name in ("one", "two", "three", "four")))
    one, many = Rounds(), Rounds()
    with hooked(one, one):
        tt.provision("one", only="aws")
    with hooked(many, many):
        tt.provision(["two", "three", "four"], only="aws")
    assert one.chain == many.chain == CHAINS["create"]
    assert many.calls < 3 * one.calls


@pytest.mark.usefixtures("inside")
def test_the_repair_that_the_benchmark_measures(cloud: World) -> None:
    tt.provision("prod", only="aws")
    cloud.aws("iam").detach_role_policy(**DRIFTED)
    assert counted(tt.provision, only="aws")[1:] == (1, CHAINS["repair"])
