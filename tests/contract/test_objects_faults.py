"""Objects on a real API server that is in trouble: stuck deletions, webhooks, restarts, tokens that end."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import define, evolve, field

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.carry_out import MOST_ROUNDS
from tasktool_infra.engine.errors import DeadlinePassed, NotAccepted, Problem
from tasktool_infra.engine.plan import Action
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.transport import KubeTransport
from tests.contract.admission import admission
from tests.contract.bench import ALL, Bench
from tests.contract.cluster_world import ClusterWorld, eventually
from tests.contract.clusters import cluster_bench
from tests.contract.hands import merge, path
from tests.controlplane.cluster import Cluster, administrator, control_plane
from tests.controlplane.eks import token_for
from tests.faults.clock import FakeClock
from tests.faults.injection import Script

HELD = {"finalizers": ["example.com/holds"]}


def impatient(world: ClusterWorld) -> ClusterWorld:
    """Give the world with waits that cost nothing."""
    return evolve(world, bench=evolve(world.bench, clock=FakeClock))


def test_an_object_that_cannot_go_says_what_holds_it(world: ClusterWorld) -> None:
    held = world.manifest({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}}, name="held", **HELD)
    world.run(held)
    world.api.call("DELETE", path(held)).need()
    try:
        [change] = world.plan(held)
        assert change.action is Action.UPDATE
        result, writes = impatient(world).tried(world.namespace, held)
        error = result.failed[held.key]
        assert isinstance(error, DeadlinePassed)
        assert "it to be gone: not after 18" in str(error)
        assert "example.com/holds" in str(error)
        assert writes == []
    finally:
        merge(world.api, held, {"metadata": {"finalizers": None}})
    world.run(held)
    world.unchanged(held)
    merge(world.api, held, {"metadata": {"finalizers": None}})


def test_a_namespace_that_cannot_go_names_the_object_and_what_holds_it(world: ClusterWorld) -> None:
    held, other = world.config("held", a="1"), world.config("other", a="1")
    world.run(held, other)
    merge(world.api, held, {"metadata": HELD})
    host = world.namespace
    world.api.call("DELETE", path(host)).need()
    assert eventually(lambda: "example.com/holds" in str(world.api.get(path(host))["status"]))
    changes = world.bench.plan(host, held, other).changes
    assert [change.action for change in changes] == [Action.UPDATE, Action.CREATE, Action.CREATE]
    result, writes = impatient(world).tried(host, held, other)
    said = str(result.failed[host.key])
    assert "it to be gone: not after 18" in said
    assert "ConfigMap held is held by its finalizer example.com/holds" in said
    assert set(result.not_started) == {held.key, other.key}
    assert writes == []
    merge(world.api, held, {"metadata": {"finalizers": None}})
    world.run(held, other)
    world.unchanged(held, other)


@define(eq=False)
class Maker(Script):
    """Somebody of ours who makes an object again, right after its deletion, so many times."""

    make: Callable[[], object] = lambda: None
    left: int = 0
    deleted: int = 0

    def after(self, call: Call, answer: Any) -> Any:
        if call.operation == "delete":
            self.deleted += 1
            self.left -= 1
            if self.left >= 0:
                self.make()
        return answer


@pytest.mark.parametrize(("times", "ok"), [(2, True), (99, False)], ids=["twice", "always"])
def test_what_is_made_again_while_it_is_removed_is_removed_again_and_not_waited_for(
    world: ClusterWorld, times: int, *, ok: bool
) -> None:
    thing = world.config("again", a="1")
    world.run(thing)
    here = impatient(world)
    maker = Maker(make=lambda: world.run(thing), left=times)
    clock = FakeClock()
    result, _ = evolve(here, bench=evolve(here.bench, clock=lambda: clock)).tried(thing, hook=maker, goal=ALL)
    assert result.ok is ok
    assert maker.deleted == (3 if ok else 1 + MOST_ROUNDS)
    assert ok or isinstance(result.failed[thing.key], NotAccepted)
    assert clock.now() < 1060
    world.bench.run(thing, goal=ALL)


def test_a_webhook_that_denies_is_quoted_and_asked_once(world: ClusterWorld) -> None:
    good, bad = world.config("good", a="1"), world.config("bad", a="1")
    world.run()
    with admission(world.api, world.namespace.name) as server:
        assert server is not None
        assert eventually(lambda: world.plan(bad)[0].action is Action.REFUSE)
        server.asked.clear()
        changes = world.plan(good, bad)
        assert sorted(server.asked) == ["bad", "good"]
        assert [change.action for change in changes] == [Action.CREATE, Action.REFUSE]
        assert "denied the request: names must be good" in changes[1].reason
        assert f"{world.namespace.name}.example.com" in changes[1].reason
        world.run(good)


def test_a_webhook_that_is_down_is_waited_for_a_while_and_named(world: ClusterWorld) -> None:
    thing = world.config(a="1")
    world.run()
    with admission(world.api, world.namespace.name, up=False):
        assert eventually(lambda: impatient(world).plan(thing)[0].action is Action.UNKNOWN)
        [change] = impatient(world).plan(thing)
    assert f'failed calling webhook "{world.namespace.name}.example.com"' in change.reason
    assert "a webhook does not answer" in change.reason
    assert "the program behind this webhook" in change.next_step
    assert change.problem == Problem.UNFINISHED.name


@pytest.fixture(scope="module")
def lonely(real_programs: None) -> Iterator[Cluster]:
    """Run a control plane that a test may kill."""
    with control_plane(controllers=False) as cluster:
        yield cluster


@define(eq=False)
class Killer(Script):
    """Kills the API server when the ``at``th ConfigMap is about to be written, and starts it again a while later."""

    cluster: Cluster = field(kw_only=True)
    at: int = 1
    returns: bool = True
    downs: int = 0
    written: int = 0
    _turn: threading.Lock = field(init=False, factory=threading.Lock)

    def before(self, call: Call, attempt: int) -> None:
        super().before(call, attempt)
        with self._turn:
            first = call.writes and call.parameters.get("manifest", {}).get("kind") == "ConfigMap" and attempt == 1
            self.written += first
            if self.written == self.at and not self.downs:
                self.downs += 1
                self.cluster.stop("kube-apiserver")
            elif attempt == 3 and self.downs == 1 and self.returns:
                self.downs += 1
                self.cluster.start("kube-apiserver")


def world_of(bench: Bench, cluster: Cluster, world: ClusterWorld) -> ClusterWorld:
    return evolve(world, bench=bench, cluster=cluster)


def test_an_api_server_that_restarts_in_mid_run_is_waited_for(lonely: Cluster, world: ClusterWorld) -> None:
    with cluster_bench("lonely", lonely.endpoint, lonely.ca.decode(), lonely.token) as bench:
        here = world_of(bench, lonely, world)
        things = [here.config(f"c{number}", a="1") for number in range(5)]
        killer = Killer(cluster=lonely)
        result, _ = here.tried(here.namespace, *things, hook=killer)
        assert result.ok, [str(error) for error in result.failed.values()]
        assert killer.downs == 2
        here.unchanged(*things)


def test_an_api_server_that_goes_among_many_objects_loses_none(lonely: Cluster, world: ClusterWorld) -> None:
    with cluster_bench("lonely", lonely.endpoint, lonely.ca.decode(), lonely.token) as bench:
        here = world_of(bench, lonely, evolve(world, namespace=evolve(world.namespace, name="many")))
        things = [here.config(f"c{number}", a="1") for number in range(100)]
        killer = Killer(cluster=lonely, at=50)
        result, _ = here.tried(here.namespace, *things, hook=killer)
        assert killer.downs == 2
        assert result.ok, [str(error) for error in result.failed.values()]
        here.bench.unchanged(here.namespace, *things)


def test_an_api_server_that_stays_away_among_many_is_told_and_the_next_run_ends_it(
    lonely: Cluster, world: ClusterWorld
) -> None:
    with cluster_bench("lonely", lonely.endpoint, lonely.ca.decode(), lonely.token) as bench:
        here = world_of(bench, lonely, evolve(world, namespace=evolve(world.namespace, name="many-more")))
        things = [here.config(f"c{number}", a="1") for number in range(100)]
        killer = Killer(cluster=lonely, at=50, returns=False)
        result, _ = impatient(here).tried(here.namespace, *things, hook=killer)
        assert killer.downs == 1
        lonely.start("kube-apiserver")
        told = {*result.done, *result.failed, *result.not_started}
        assert told == {here.namespace.key, *(thing.key for thing in things)}
        assert result.failed
        assert {error.problem for error in result.failed.values()} == {Problem.UNREACHABLE}
        stands = {item["metadata"]["name"] for item in here.api.get("/api/v1/namespaces/many-more/configmaps")["items"]}
        assert {thing.address["name"] for thing in things if thing.key in result.done} <= stands
        here.bench.run(here.namespace, *things)
        here.bench.unchanged(here.namespace, *things)


@define
class Ending:
    """Tokens of EKS of which the first ones are no longer accepted after some calls."""

    cluster: Cluster
    good_for: int
    renewed: int = 0
    _asked: int = 0

    def current(self) -> str:
        self._asked += 1
        caller = administrator(self.cluster.account)
        ended = self._asked > self.good_for and not self.renewed
        key = evolve(caller, secret_key="not the key") if ended else caller
        return str(token_for(self.cluster.name, self.cluster.region, key))

    def renew(self, rejected: str) -> bool:
        self.renewed += 1
        return True


def test_a_token_that_ends_in_mid_run_is_renewed_once(world: ClusterWorld) -> None:
    tokens: Any = Ending(world.cluster, good_for=6)
    access = ClusterAccess(run_id="run", endpoint=world.cluster.endpoint, ca=world.cluster.ca.decode(), tokens=tokens)
    transport = KubeTransport(access)
    here = evolve(world, bench=evolve(world.bench, transports={"kubernetes": transport}))
    thing = here.config(a="1")
    result, _ = here.tried(here.namespace, thing)
    transport.close()
    assert result.ok, [str(error) for error in result.failed.values()]
    assert tokens.renewed >= 1
    world.unchanged(thing)
