"""The emulator in the cluster: what it is told, when what is in it can be reached, and what goes with it."""

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import Call, Wait
from tasktool_infra.engine.resource import Phase, Removal
from tasktool_infra.kube.drift import Drift
from tasktool_infra.kube.emulator import Emulator, emulator
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.values.frozen import thaw
from tests.rendered import labels

HOST = Namespace(name="somewhere")
MADE, SERVICE = emulator(image="motoserver/moto:5.2.5", within=HOST, account="210987654321")
SPEC = thaw(MADE.body["spec"])
CONTAINER = SPEC["template"]["spec"]["containers"][0]


def test_both_stand_for_aws_in_one_namespace_by_the_name_that_the_application_calls() -> None:
    assert [str(each.key) for each in (MADE, SERVICE)] == [
        "deployment.somewhere/localstack",
        "service.somewhere/localstack",
    ]
    assert {each.layer for each in (MADE, SERVICE)} == {"aws"}
    assert {each.within for each in (MADE, SERVICE)} == {HOST}


def test_the_service_finds_the_pod_and_the_port() -> None:
    service = thaw(SERVICE.body["spec"])
    assert service["selector"] == SPEC["selector"]["matchLabels"] == SPEC["template"]["metadata"]["labels"]
    [port], [open_port] = service["ports"], CONTAINER["ports"]
    assert (port["port"], port["targetPort"]) == (4566, open_port["name"])
    assert open_port["containerPort"] == 4566
    assert labels([thaw(SERVICE.body)])


def test_it_is_told_port_account_and_that_regions_may_be_of_its_own() -> None:
    told = {each["name"]: each["value"] for each in CONTAINER["env"]}
    assert told["MOTO_PORT"] == told["GATEWAY_PORT"] == "4566"
    assert told["MOTO_ACCOUNT_ID"] == told["MINISTACK_ACCOUNT_ID"] == "210987654321"
    assert told["MOTO_ALLOW_NONEXISTENT_REGION"] == "true"
    assert CONTAINER["image"] == "motoserver/moto:5.2.5"


def test_there_are_never_two_worlds_behind_one_name() -> None:
    assert (SPEC["replicas"], SPEC["strategy"]) == (1, {"type": "Recreate"})


def test_it_is_bounded_watched_and_knows_nothing_of_the_cluster() -> None:
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= CONTAINER.keys()
    assert CONTAINER["resources"].keys() == {"requests", "limits"}
    assert SPEC["template"]["spec"]["automountServiceAccountToken"] is False
    assert SPEC["template"]["spec"]["enableServiceLinks"] is False


def drifted(*paths: str) -> Emulator:
    return evolve(MADE, drift=Drift(tuple((path, 1, 2) for path in paths)))


@pytest.mark.parametrize(
    ("live", "holds"),
    [
        (None, False),
        (MADE, True),
        (evolve(MADE, settled=Phase.UPDATING), False),
        (evolve(MADE, settled=Phase.DELETING), False),
        (drifted(".metadata.annotations.x"), True),
        (drifted(".spec.template.spec.containers[0].image"), False),
        (drifted(".spec.replicas"), False),
    ],
)
def test_what_is_in_it_can_be_reached_and_stays_only_where_its_pod_does(live: Emulator | None, holds: bool) -> None:
    assert MADE.holds(live) is holds


def test_without_nodes_it_is_waited_for_all_the_same() -> None:
    assert MADE.readiness is not None
    assert MADE.readiness.pointless is None


def test_its_removal_says_what_goes_with_it() -> None:
    first, last = MADE.remove(evolve(MADE, uid="u"), Removal()).steps
    assert isinstance(first, Call)
    assert first.removes == "everything in it"
    assert isinstance(last, Wait)
