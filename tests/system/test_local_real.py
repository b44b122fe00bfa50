"""The environment for development from its first run to its last, by the scripts, on a real control plane."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.contract.emulators import Emulator
from tests.controlplane.cluster import Cluster
from tests.programs import PAGE, PART, Programs
from tests.system.conftest import Inside
from tests.system.nearby import DEFAULT, DEPLOYMENT, EMULATORS, Nearby, nearby
from tests.system.rollouts import eventually
from tests.system.world import Shell

BUCKET = "completed-task-report-bucket"
STORED = (["tasks"], [BUCKET])
GUESTS = ["+ dynamodb_table.tasks", f"+ s3_bucket.{BUCKET}"]
AWS = ["+ deployment.default/localstack", "+ service.default/localstack", *GUESTS]
TASKS, LONG = PAGE + 2, PART + 1
"""More than a page of a query, and more than one part of an upload."""


@pytest.fixture(scope="module")
def emulators() -> Iterator[dict[str, Emulator]]:
    """Run both emulators for all tests."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(run()) for name, run in EMULATORS.items()}


@pytest.fixture
def here(
    request: pytest.FixtureRequest,
    real_cluster: Cluster,
    emulators: dict[str, Emulator],
    tmp_path: Path,
    commands: Callable[[Shell], Inside],
) -> Iterator[Nearby]:
    """Give a cluster with nothing of ours in it, and behind its pods moto or the emulator that a test names."""
    emulator = emulators[getattr(request, "param", "moto")]
    with nearby(real_cluster, emulator, tmp_path, commands) as made:
        yield made


def image_of(here: Nearby) -> Any:
    return here.api.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"]


def test_from_nothing_to_the_application_and_back(here: Nearby) -> None:
    plan = here.run("plan", "--only", "aws")
    assert plan.planned == AWS
    assert plan.out.count("not checked yet: deployment.default/localstack is yet to be made") == 2
    assert "on an emulator" in plan.out
    assert "minikube" in plan.out
    assert here.stored == ([], [])
    assert "none runs yet" in here.run("doctor").out

    # This one as its users run it, whatever profile they have.
    made = here.shell.having(AWS_PROFILE="stale").run("provision", "local")
    assert made.summary == "Plan: 11 to add, 0 to change, 0 to destroy"
    assert made.out.index("deployment.default/localstack: created") < made.out.index("dynamodb_table.tasks: creating")
    assert here.stored == STORED
    assert "http://task.minikube.local" in made.out
    assert here.run("provision").summary.startswith("No changes.")
    looked = here.run("doctor").out
    assert "emulator       runs in the pod" in looked
    assert "pass  bucket" in looked

    gone = here.run("teardown", "--yes")
    assert " ".join(gone.out.split()).count("it goes with deployment.default/localstack") == 2
    assert here.ours == []
    assert here.run("teardown", "--yes").summary.startswith("No changes.")


def test_what_the_emulator_has_lost_with_its_pod_is_made_anew(here: Nearby) -> None:
    here.run("provision", "--only", "aws")
    here.emulator.forget()
    [pod] = here.api.get(f"{DEFAULT}/pods?labelSelector=app=localstack")["items"]
    here.api.call("DELETE", f"{DEFAULT}/pods/{pod['metadata']['name']}").need()
    eventually(lambda: here.api.get(DEPLOYMENT)["status"].get("availableReplicas"))
    assert here.run("provision", "--only", "aws").planned == GUESTS
    assert here.stored == STORED

    here.emulator.forget()  # as the new pod finds it
    changed = here.run("provision", "--only", "aws", "--emulator-image", "motoserver/moto:5.2.6")
    assert changed.planned == ["~ deployment.default/localstack", *GUESTS]
    assert changed.out.count("not checked yet: deployment.default/localstack is yet to be ready") == 2
    assert image_of(here) == "motoserver/moto:5.2.6"

    here.patch(DEPLOYMENT, {"spec": {"replicas": 0}})
    eventually(lambda: not here.api.get(DEPLOYMENT)["status"].get("replicas"))
    here.emulator.forget()
    assert here.run("provision", "--only", "aws").planned == ["~ deployment.default/localstack", *GUESTS]
    assert here.stored == STORED


def test_an_emulator_of_somebody_else_is_left_alone(here: Nearby) -> None:
    spec = {
        "selector": {"matchLabels": {"app": "localstack"}},
        "template": {
            "metadata": {"labels": {"app": "localstack"}},
            "spec": {"containers": [{"name": "localstack", "image": "localstack/localstack"}]},
        },
    }
    path = DEPLOYMENT.rpartition("/")[0]
    here.api.call("POST", path, {"metadata": {"name": "localstack"}, "spec": spec}).need()
    try:
        refused = here.run("provision", "--only", "aws", expect=78)
        assert "deployment.default/localstack: it exists and does not carry our mark" in refused.err
        assert here.stored == ([], [])
    finally:
        here.api.call("DELETE", DEPLOYMENT).need()


@pytest.mark.parametrize("here", EMULATORS, indirect=True)
def test_the_programs_do_their_work_by_the_variables_of_their_config_maps(here: Nearby) -> None:
    here.run("provision")
    # There is no name server of the cluster's here: this is where the name leads.
    reached = {"AWS_ENDPOINT": here.emulator.endpoint}
    service = here.configuration("task-service")
    assert service["AWS_ENDPOINT"] == "http://localstack:4566"
    assert len(Programs(service | reached).work("hanako", TASKS)) == TASKS
    report, rows = Programs(here.configuration("task-reporter") | reached).report(padding=LONG)
    assert len(rows) == TASKS
    stored = here.aws("s3").head_object(Bucket=BUCKET, Key=report)
    assert stored["ContentLength"] > LONG
    assert stored["ETag"].endswith('-2"')
    assert here.run("provision").summary.startswith("No changes.")
