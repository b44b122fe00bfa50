"""Two runs that are started together: whatever the order of their calls, both end well, or say what came between."""

from collections.abc import Callable

import pytest

from tasktool_infra.engine.execute import Result
from tests.crash.conftest import Worlds
from tests.crash.drift import drifted, filled
from tests.crash.meeting import meet, truthful
from tests.crash.prod import AGAIN, Prod
from tests.crash.scenarios import view
from tests.crash.view import Found, differences

SEEDS = 12


def empty(_: Prod) -> None:
    """Leave the worlds as new."""


def drift(world: Prod) -> None:
    world.whole()
    drifted(world)


def data(world: Prod) -> None:
    world.whole()
    filled(world.cloud.client)


def images(world: Prod) -> None:
    world.run("provision")
    world.push()
    world.stage.advance(AGAIN)


SAME = {
    "provision from nothing": (empty, "provision"),
    "provision with images": (images, "provision"),
    "repair": (drift, "provision"),
    "teardown": (data, "teardown"),
}
BESIDE = {
    "from nothing, torn down in the end": (empty, "teardown"),
    "from a half, made in the end": (images, "provision"),
    "from a half, torn down in the end": (images, "teardown"),
    "from the whole, made in the end": (Prod.whole, "provision"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try everything in many orders when all is asked for, else the half of it in one."""
    whole = metafunc.config.getoption("all_points")
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", list(SAME) if whole else list(SAME)[::3])
    if "meeting" in metafunc.fixturenames:
        metafunc.parametrize("meeting", list(BESIDE) if whole else list(BESIDE)[2:])
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(SEEDS if metafunc.config.getoption("all_points") else 1))


@pytest.fixture(scope="module")
def alone() -> dict[str, Found]:
    """Keep what stands after one run alone, by how it came to be."""
    return {}


def standing(alone: dict[str, Found], name: str, world: Prod, make: Callable[[Prod], None]) -> Found:
    """Give what stands in a world after something was done there, found out once."""
    if name not in alone:
        make(world)
        alone[name] = view(world)
    return alone[name]


def test_two_of_a_kind_both_end_well(worlds: Worlds, alone: dict[str, Found], name: str, seed: int) -> None:
    ready, command = SAME[name]

    def once(world: Prod) -> None:
        ready(world)
        world.run(command)

    wanted = standing(alone, name, worlds(), once)
    world = worlds()
    ready(world)
    outcomes = meet(world, [command, command], seed)
    assert [str(each) for each in outcomes if not isinstance(each, Result)] == []
    assert differences(view(world), wanted) == []


def test_provision_beside_teardown_tells_the_truth_and_one_more_run_settles_it(
    worlds: Worlds, alone: dict[str, Found], meeting: str, seed: int
) -> None:
    ready, last = BESIDE[meeting]
    wanted = standing(alone, last, worlds(), Prod.whole if last == "provision" else empty)
    world = worlds()
    ready(world)
    outcomes = meet(world, ["provision", "teardown"], seed)
    assert [str(each) for each in outcomes if not truthful(each)] == []
    world.stage.advance(AGAIN)
    if last == "provision":
        world.whole()
    else:
        world.run("teardown")
    assert differences(view(world), wanted) == []
