"""Scripts behind proxies that kill connections at random, to both APIs: each ends with the truth, and runs converge."""

import random
import threading
from collections.abc import Iterator

import pytest
from attrs import define, field

from tests.controlplane.certificates import authority
from tests.faults.mishaps import Cut, Dropped, Mishap
from tests.faults.passed import Passed
from tests.faults.proxy import Upstream, proxy
from tests.faults.seeds import seeds
from tests.system.conftest import Inside
from tests.system.test_faults_network import lead_to
from tests.system.test_scripts_kill import is_whole
from tests.system.world import Done, World

MOST_RUNS = 4
SHARES = (0.2, 0.4)
MOST_SEEDS = 10
"""A run takes a quarter of a minute."""
FOR_NOW = {1, 69, 75}
"""Codes of runs that did not do all of their work: failed, not reached, not finished."""


@define
class Killer:
    """Kills the connections of a share of all calls: before the server heard of them, after, or in mid-answer."""

    cloud: World
    share: float = 0.0
    killed: int = 0
    dice: random.Random = field(factory=random.Random)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __call__(self, _: Passed) -> Mishap | None:
        """Say what becomes of a call."""
        with self._lock:
            if self.dice.random() >= self.share:
                return None
            self.killed += 1
            return self.dice.choice((Dropped(), Dropped(done=True), Cut()))

    def until_done(self, *command: str) -> list[Done]:
        """Run a script until it has done its work; every run before that must say that it has not, and what to do."""
        runs: list[Done] = []
        while len(runs) < MOST_RUNS and (not runs or runs[-1].code):
            runs.append(self.cloud.shell.run(*command, expect=None))
        assert runs[-1].code == 0, [done.said for done in runs]
        assert {done.code for done in runs[:-1]} <= FOR_NOW, [done.said for done in runs]
        assert all("un again" in done.err for done in runs[:-1]), [done.said for done in runs]
        return runs


@pytest.fixture
def killer(cloud: World) -> Iterator[Killer]:
    """Give a cloud whose two APIs are behind such proxies."""
    ours, made = authority("proxy"), Killer(cloud)
    onward = Upstream(cloud.sandbox.kubernetes_endpoint, cloud.sandbox.ca_pem)
    with proxy(onward, certificate=ours.server("127.0.0.1")) as kubernetes:
        lead_to(cloud, kubernetes.url, ours.pem)
        kubernetes.before = cloud.proxy.before = made
        yield made


@pytest.mark.parametrize("seed", seeds(1, MOST_SEEDS))
def test_scripts_whose_connections_are_killed_tell_the_truth_and_come_to_the_end(
    killer: Killer, inside: Inside, seed: int
) -> None:
    killer.dice.seed(seed)
    killer.share = SHARES[seed % len(SHARES)]
    killer.until_done("provision", "prod")
    assert killer.killed > 10
    killer.share = 0
    is_whole(killer.cloud)
    assert inside("plan", "prod").summary.startswith("No changes.")
    killer.share = SHARES[seed % len(SHARES)]
    killer.until_done("teardown", "prod", "--yes", "--delete-data")
    killer.share = 0
    assert inside("plan", "prod").summary == "Plan: 13 to add, 0 to change, 0 to destroy"
