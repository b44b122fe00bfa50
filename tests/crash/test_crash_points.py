"""A provision, a rollout, a repair and a teardown that are stopped at any of their calls: the next run finishes them.

What stands then is what stands after an undisturbed run: nothing twice, nothing left over, nothing to be adopted.
"""

import json
import re

import pytest
from attrs import define, field

from tests.crash.conftest import TOLD, Worlds
from tests.crash.points import Points
from tests.crash.prod import ROOT
from tests.crash.scenarios import SCENARIOS, Scenario, view

SAMPLE = 16
"""Of so many worlds one is tried, unless all are."""


@define
class Tally:
    """What all scenarios together came to."""

    points: int = 0
    worlds: int = 0
    scenarios: list[str] = field(factory=list)


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Give what is added up."""
    return Tally()


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    """Give how many worlds there are for one that is tried."""
    return 1 if request.config.getoption("all_points") else SAMPLE


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_was_stopped_anywhere_is_finished_by_the_next_run(
    scenario: Scenario, worlds: Worlds, every: int, tally: Tally
) -> None:
    world = worlds()
    scenario.ready(world)
    points = Points(world.stage, world.state, lambda: scenario.again(world), every)
    points.run(lambda: world.run(scenario.command))
    assert len(points.points) == points.worlds // every
    assert points.astray(json.loads(json.dumps(view(world)))) == []
    tally.points += points.possible
    tally.worlds += len(points.points)
    tally.scenarios.append(scenario.name)


def test_the_readme_says_how_many_points_there_are(request: pytest.FixtureRequest, tally: Tally, every: int) -> None:
    if tally.scenarios != [scenario.name for scenario in SCENARIOS]:
        pytest.skip("not all scenarios were tried")
    whole = f"{tally.points} of {tally.points} crash points converge ({tally.worlds} different worlds)"
    sample = f"a sample of the {tally.points} crash points converges ({tally.worlds} different worlds)"
    request.node.user_properties.append((TOLD, whole if every == 1 else sample))
    said = re.search(r"(\d+) such\s+crash points", (ROOT / "README.md").read_text())
    assert said is not None
    # A call more or less in a run is no news.
    assert abs(int(said[1]) - tally.points) < tally.points / 10, f"README.md is out of date: {tally.points}"
