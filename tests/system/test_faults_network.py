"""A network in trouble: packets swallowed, connections that die, a slow API. Each run ends, and names the host."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from attrs import define, field, frozen
from moto.eks.models import eks_backends

from tasktool_infra.aws import connection
from tasktool_infra.engine import flights
from tasktool_infra.engine.hooks import hooked
from tasktool_infra.engine.transport import NoHook
from tasktool_infra.kube import connection as kube_connection
from tests.controlplane.certificates import authority
from tests.faults.clock import FakeClock
from tests.faults.mishaps import Answer, Cut, Dripped, Dropped, Mishap, Swallowed
from tests.faults.proxy import Passed, Proxy, Upstream, proxy
from tests.faults.seeds import seeds
from tests.system.conftest import Inside
from tests.system.world import Done, World

PATIENCE = 0.25
"""Seconds that a connection is given here; the pauses between tries cost nothing."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_TIMEOUT", PATIENCE)
    monkeypatch.setattr(kube_connection, "TIMEOUTS", (PATIENCE, PATIENCE))


@frozen
class Both:
    """A cloud whose two APIs are behind proxies, and the commands on a clock that jumps."""

    cloud: World
    kubernetes: Proxy
    inside: Inside

    def run(self, *arguments: str, expect: int = 0) -> Done:
        with hooked(NoHook(), FakeClock()):
            return self.inside(*arguments, expect=expect)

    @property
    def aws(self) -> Proxy:
        return self.cloud.proxy

    def heal(self) -> None:
        self.aws.before = self.kubernetes.before = lambda _: None


@pytest.fixture
def both(cloud: World, inside: Inside) -> Iterator[Both]:
    ours = authority("proxy")
    onward = Upstream(cloud.sandbox.kubernetes_endpoint, cloud.sandbox.ca_pem)
    with proxy(onward, certificate=ours.server("127.0.0.1")) as before:
        lead_to(cloud, before.url, ours.pem)
        yield Both(cloud, before, inside)


def lead_to(cloud: World, endpoint: str, ca: bytes) -> None:
    """Let EKS say that the cluster is there."""
    import base64

    cluster = eks_backends[cloud.sandbox.account][cloud.sandbox.region].clusters[cloud.sandbox.cluster_name]
    cluster.endpoint = endpoint
    cluster.certificate_authority = {"data": base64.b64encode(ca).decode()}


@define
class Some:
    """Strikes calls that are picked, so many times."""

    picks: Callable[[Passed], bool]
    mishap: Mishap
    times: int = 1
    struck: list[Passed] = field(factory=list)

    def __call__(self, call: Passed) -> Mishap | None:
        if len(self.struck) < self.times and self.picks(call):
            self.struck.append(call)
            return self.mishap
        return None


def named(*operations: str) -> Callable[[Passed], bool]:
    return lambda call: call.operation in operations


MISHAPS = [Swallowed(), Dropped(), Cut()]


@pytest.mark.parametrize("mishap", MISHAPS, ids=lambda mishap: type(mishap).__name__)
def test_an_aws_that_does_not_answer_is_named_and_nothing_is_written(both: Both, mishap: Mishap) -> None:
    both.aws.before = Some(named("DescribeTable"), mishap, times=10**6)
    with both.cloud.untouched():
        done = both.run("provision", "prod", expect=69)
    assert f"Check that {both.aws.url} can be reached" in done.err
    assert "dynamodb.describe_table" in done.err


@pytest.mark.parametrize("mishap", MISHAPS, ids=lambda mishap: type(mishap).__name__)
def test_a_cluster_that_does_not_answer_is_named_and_nothing_is_written(both: Both, mishap: Mishap) -> None:
    both.kubernetes.before = lambda _: mishap
    with both.cloud.untouched():
        done = both.run("provision", "prod", expect=69)
    assert both.kubernetes.url in done.err
    assert "endpoint of mz-k8s is open to every address" in done.err


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("sort", [Swallowed, Dropped], ids=["swallowed", "dropped"])
def test_writes_that_are_lost_on_their_way_are_made_once(
    both: Both, sort: type[Swallowed | Dropped], *, done: bool
) -> None:
    writes = ("CreateTable", "CreatePolicy", "CreateRepository", "UpdateContinuousBackups")
    lost = {name: Some(named(name), sort(done=done)) for name in writes}
    applied = Some(lambda call: call.method == "PATCH" and call.writes, sort(done=done))
    both.aws.before = lambda call: lost[call.operation](call) if call.operation in lost else None
    both.kubernetes.before = applied
    both.run("provision", "prod")
    assert [len(each.struck) for each in (*lost.values(), applied)] == [1] * 5
    counts = both.aws.counts
    assert counts["dynamodb.CreateTable"] == (1 if done else 2)
    both.heal()
    with both.cloud.untouched():
        assert both.run("plan", "prod").summary.startswith("No changes.")


@pytest.mark.parametrize("seed", seeds(1))
def test_connections_that_die_at_random_stop_nothing(both: Both, seed: int) -> None:
    dice = random.Random(seed)

    def dying(_: Passed) -> Mishap | None:
        mishaps: list[Mishap] = [Dropped(), Dropped(done=True), Cut()]
        return dice.choice(mishaps) if dice.random() < 0.2 else None

    both.aws.before = both.kubernetes.before = dying
    both.run("provision", "prod")
    both.run("teardown", "prod", "--yes", "--delete-data")
    both.heal()
    assert both.run("plan", "prod").summary == "Plan: 13 to add, 0 to change, 0 to destroy"


def test_an_answer_in_drops_is_given_up_and_asked_for_again(
    both: Both, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flights, "GIVE_UP", 1.0)
    both.aws.before = Some(named("GetPolicy", "DescribeTable"), Dripped(0.2), times=2)
    both.kubernetes.before = Some(lambda call: call.method == "GET", Dripped(0.2))
    assert inside("plan", "prod").summary == "Plan: 13 to add, 0 to change, 0 to destroy"


def test_a_slow_api_is_no_fault(both: Both) -> None:
    both.aws.delay = both.kubernetes.delay = PATIENCE / 3
    both.run("provision", "prod")
    assert both.aws.most_at_once > 3


def test_a_page_to_log_in_from_a_network_is_not_taken_for_an_answer(both: Both) -> None:
    page = Answer(200, b"<!doctype html><p>Log in to the network", "text/html")
    both.aws.before = lambda _: page
    with both.cloud.untouched():
        done = both.run("provision", "prod", expect=69)
    assert "not from AWS" in done.err


@contextmanager
def lost_after(before: Proxy, picks: Callable[[Passed], bool]) -> Iterator[None]:
    """Let nothing pass any more from a call on."""
    lost: list[Passed] = []

    def strike(call: Passed) -> Mishap | None:
        if lost or picks(call):
            lost.append(call)
            return Dropped()
        return None

    before.before = strike
    yield
    assert lost
    before.before = lambda _: None


def test_a_cluster_lost_in_mid_run_leaves_what_aws_has_and_has_its_own_code(both: Both) -> None:
    with lost_after(both.kubernetes, lambda call: call.writes):
        done = both.run("provision", "prod", expect=69)
    assert "Done: 10 added, 0 changed, 0 destroyed, 1 failed, 2 not started" in done.out
    assert "namespace.prod" in done.err
    assert both.kubernetes.url in done.err
    assert "Run again to continue: what stands is kept." in done.err
    continued = both.run("provision", "prod")
    assert continued.summary == "Plan: 3 to add, 0 to change, 0 to destroy"
