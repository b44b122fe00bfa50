"""All faults at random, on every emulator and on a real API server: runs that end, and what stands in the end."""

import pytest
from attrs import evolve

from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.errors import Problem
from tasktool_infra.engine.resource import Resource
from tests.contract.bench import ALL, Bench
from tests.contract.cluster_world import ClusterWorld
from tests.contract.emulators import EMULATORS
from tests.contract.rough import Rough, everything, is_no_new_bucket, told
from tests.faults.clock import FakeClock
from tests.faults.injection import Hooks, Throttles
from tests.faults.lag import Lag
from tests.faults.mixture import Mixture
from tests.faults.said import KUBE_BUSY
from tests.faults.seeds import seeds

MOST_RUNS = 3
FOR_NOW = {Problem.UNFINISHED, Problem.UNREACHABLE}


@pytest.mark.parametrize("bench", EMULATORS, indirect=True)
@pytest.mark.parametrize("seed", seeds(1))
def test_one_of_each_kind_is_made_and_removed_whatever_comes_in_between(bench: Bench, seed: int) -> None:
    rough = Rough(bench)
    rough.slow()
    resources = everything(rough.bench)
    mixture = Mixture(seed, 0.25, loses=is_no_new_bucket)
    finished(rough, resources, mixture, Lag(rough.clock, seed % 25), Making())
    rough.bench.unchanged(*resources)
    finished(rough, resources, mixture, Lag(rough.clock, 0), ALL)
    assert len(mixture.met) > 5
    again = rough.run(resources, goal=ALL)
    assert rough.script.writes == []
    assert again.ok


def finished(rough: Rough, resources: list[Resource], mixture: Mixture, lag: Lag, goal: Goal) -> None:
    """Run until all is done; only the faults may stand in the way."""
    for _ in range(MOST_RUNS):
        plan, _ = rough.planned(resources, goal=goal)
        assert plan.blocked == ()
        result = rough.run(resources, mixture, lag, goal=goal)
        assert {error.problem for error in result.failed.values()} <= FOR_NOW, told(result)
        if result.ok:
            return
        rough.clock.advance(60)
    raise AssertionError(f"not done after {MOST_RUNS} runs: {told(result)}")


@pytest.mark.parametrize("seed", seeds(2))
def test_objects_are_applied_to_a_real_api_server_whatever_comes_in_between(world: ClusterWorld, seed: int) -> None:
    things = [*(world.config(f"c{number}", a=str(seed)) for number in range(6)), world.web()]
    mixture = Mixture(seed, 0.25)
    for _ in range(MOST_RUNS):
        result, _ = world.tried(world.namespace, *things, hook=Hooks((mixture,)))
        assert {error.problem for error in result.failed.values()} <= FOR_NOW, told(result)
        if result.ok:
            break
    assert result.ok, told(result)
    assert mixture.met.total() > 3
    world.unchanged(*things)


def test_a_storm_of_429_from_a_real_api_server_costs_less_than_twice_the_calls(world: ClusterWorld) -> None:
    here = evolve(world, bench=evolve(world.bench, clock=FakeClock))
    here.run()
    things = [here.config(f"c{number}", a="1") for number in range(20)]
    storm = Throttles(0.3, KUBE_BUSY)
    result, _ = here.tried(here.namespace, *things, hook=Hooks((storm,)))
    assert result.ok, told(result)
    smooth = Throttles(0.0, KUBE_BUSY)
    other = [here.config(f"d{number}", a="1") for number in range(20)]
    assert here.tried(here.namespace, *other, hook=Hooks((smooth,)))[0].ok
    assert storm.calls <= 2 * smooth.calls
