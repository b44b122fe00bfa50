"""All faults at random, in runs of the environment `prod`: what stands in the end is what stands without any fault."""

import functools
import json
from collections import Counter

import pytest

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.engine.execute import RunFailed
from tasktool_infra.engine.transport import NoHook
from tasktool_infra.kube.retries import SERVICE
from tests.crash.conftest import Worlds
from tests.crash.prod import AGAIN, Prod
from tests.crash.scenarios import SCENARIOS, Scenario, view
from tests.crash.view import Found, differences
from tests.faults.injection import Hooks, Throttles
from tests.faults.lag import Lag
from tests.faults.mixture import Mixture
from tests.faults.said import KUBE_BUSY, THROTTLED, Said
from tests.faults.seeds import seeds

MOST_RUNS = 3
FOR_NOW = {Problem.UNFINISHED, Problem.UNREACHABLE}
SHARES = (0.1, 0.2, 0.3)


@functools.cache
def undisturbed(scenario: Scenario, worlds: Worlds) -> Found:
    world = worlds()
    scenario.ready(world)
    world.run(scenario.command)
    return whole(world)


def whole(world: Prod) -> Found:
    """Give what stands once the controllers have looked again."""
    world.stage.advance(60)
    world.plan()
    found: Found = json.loads(json.dumps(view(world)))
    return found


def until_done(world: Prod, command: str) -> list[TasktoolError]:
    """Run until all is done; give what stood in the way."""
    told: list[TasktoolError] = []
    for _ in range(MOST_RUNS):
        try:
            world.run(command)
        except TasktoolError as error:
            told += [error, *(error.result.failed.values() if isinstance(error, RunFailed) else ())]
            world.stage.advance(AGAIN)
        else:
            return told
    raise AssertionError(f"not done after {MOST_RUNS} runs: {told}")


@pytest.mark.parametrize("seed", seeds(4))
def test_whatever_comes_in_between_the_end_is_the_same(seed: int, worlds: Worlds) -> None:
    scenario = SCENARIOS[seed % len(SCENARIOS)]
    wanted = undisturbed(scenario, worlds)
    world = worlds()
    world.stage.shuffled = True
    world.stage.drawn.seed(seed)
    scenario.ready(world)
    mixture = Mixture(seed, SHARES[seed % len(SHARES)])
    world.hook = Hooks((mixture, Lag(world.stage, seed % 25)))
    told = until_done(world, scenario.command)
    # Only the faults may have stood in the way, and each is told as what it is.
    assert [str(error) for error in told if error.problem not in FOR_NOW or "unexpected" in str(error)] == []
    world.hook = NoHook()
    assert mixture.met.total() > 5
    # Which of its controllers has noted something on the way is cert-manager's own.
    assert [each for each in differences(whole(world), wanted) if '"manager": "cert-manager-' not in each] == []
    assert Counter(change.action.name for change in world.plan().changes).keys() <= {"NONE", "CREATE", "WAITING"}


BUSY = Said(lambda call: (KUBE_BUSY if call.service == SERVICE else THROTTLED)(call))


@pytest.mark.parametrize("seed", seeds(1, 20))
def test_with_a_third_of_all_calls_throttled_all_is_done_at_once_and_for_at_most_twice_the_calls(
    seed: int, worlds: Worlds
) -> None:
    scenario, calls = SCENARIOS[seed % len(SCENARIOS)], []
    for share in (0.0, 0.3):
        world = worlds()
        scenario.ready(world)
        world.hook = throttles = Throttles(share, BUSY, seed=seed)
        world.run(scenario.command)
        calls.append(throttles.calls)
    smooth, storm = calls
    assert smooth < storm <= 2 * smooth
