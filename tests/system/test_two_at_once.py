"""Two commands that start in the same second, as processes: two laptops, two jobs, or a laptop beside a job."""

from pathlib import Path
from typing import Any

import pytest

from tests.controlplane.cluster import Cluster
from tests.system.application import PROGRAMS, place
from tests.system.test_scripts_kill import is_whole
from tests.system.world import Done, Shell, World, ended

GONE = ("teardown", "prod", "--yes", "--delete-data")
KEPT = ("teardown", "prod", "--yes")
MADE = ("provision", "prod")
FINE, TOLD = {0}, {0, 1, 75, 78}


@pytest.fixture
def times(request: pytest.FixtureRequest) -> int:
    """Give how often: twenty times when everything is to be tried."""
    return 20 if request.config.getoption("all_points") else 1


def together(shell: Shell, *commands: tuple[str, ...]) -> list[Done]:
    """Run commands at the same time; none of them may print a traceback."""
    running = [shell.start(*command) for command in commands]
    return [ended(process, expect=None, timeout=400) for process in running]


def test_two_provisions_and_two_teardowns_both_end_well(cloud: World, times: int) -> None:
    for _ in range(times):
        made = together(cloud.shell, MADE, MADE)
        assert {done.code for done in made} == FINE, [done.said for done in made]
        is_whole(cloud)
        gone = together(cloud.shell, GONE, GONE)
        assert {done.code for done in gone} == FINE, [done.said for done in gone]
        assert cloud.aws("iam").list_policies(Scope="Local")["Policies"] == []
        assert cloud.aws("s3").list_buckets()["Buckets"] == []
        assert cloud.aws("dynamodb").list_tables()["TableNames"] == []


def test_provision_beside_teardown_says_what_came_between_and_one_more_run_settles_it(
    cloud: World, inside: Any, times: int
) -> None:
    if times == 1:
        pytest.skip("a quarter of a minute a time: run by tox -e crash; tests/crash meets the same two in one process")
    for number in range(times):
        if number % 2 == 0:
            inside(*MADE)
        both = together(cloud.shell, MADE, GONE)
        assert {done.code for done in both} <= TOLD, [done.said for done in both]
        for done in both:
            assert done.code == 0 or "Run again" in done.err, done.said
        inside(*MADE)
        is_whole(cloud)
        inside(*GONE)
        assert inside(*GONE).summary.startswith("No changes.")


def test_on_a_real_api_server_both_end_well_and_one_more_run_settles_what_came_between(
    real_cluster: Cluster, tmp_path: Path, times: int
) -> None:
    if times == 1:
        pytest.skip("half a minute: run by tox -e crash; tests/crash meets the same two in one process")
    with place(real_cluster, tmp_path) as here:
        here.run("provision", "--only", "aws")
        for program in PROGRAMS:
            here.push(program)
        made, gone = ((*command, *here.settings, "--only", "aws,access,app") for command in (MADE, KEPT))
        for _ in range(times // 5):
            for pair, wanted in ((made, made), FINE), ((made, gone), TOLD):
                both = together(here.shell, *pair)
                assert {done.code for done in both} <= wanted, [done.said for done in both]
                assert all(done.code == 0 or "Run again" in done.err for done in both), [done.said for done in both]
            here.command(*gone)
            assert here.command(*gone).summary.startswith("No changes.")
