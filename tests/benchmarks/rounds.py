"""The rounds: every contender does all its work in turn, on an emulator of its own behind the same proxy."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve, field, frozen

from tests.benchmarks.contenders import Contender, Ours
from tests.benchmarks.sample import Sample, measured
from tests.faults.proxy import Proxy, proxy
from tests.faults.rate import Rate
from tests.system.terraform.emulator import ACCOUNT, CORRECTED, REGION, Emulator, emulator
from tests.system.world import shell_in

START = [sys.executable, "-c", "import botocore.session"]
SCALE = "import sys, tasktool_infra as tt; tt.provision(sys.argv[1:], only='aws', confirm=True)"
COUNTS = (1, 5, 20)
PER_SECOND = 40
"""Calls a second that each service takes where it throttles."""
DRIFTED = {"RoleName": "TaskService", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/DynamoDBTaskTablePolicy"}
"""What is changed by hand: a policy that both have attached."""


@frozen
class Results:
    """All samples, by contender, piece of work and delay in milliseconds; and what a start of Python alone takes."""

    samples: dict[tuple[str, str, int], list[Sample]] = field(factory=lambda: defaultdict(list))
    start: list[Sample] = field(factory=list)


@frozen
class Cloud:
    """An emulator, and the proxy before it."""

    aws: Emulator
    before: Proxy
    issuer: str


@contextmanager
def cloud(folder: Path) -> Iterator[Cloud]:
    """Run both for as long as the block lasts, with a cluster and nothing of ours."""
    with emulator(CORRECTED) as aws, proxy(aws.endpoint) as before:
        there = Cloud(aws, before, aws.plant_cluster())
        _warm(there, folder)
        yield there


def _warm(there: Cloud, folder: Path) -> None:
    """Do everything once: an emulator takes seconds for the first call of each sort, which are nobody's but its own."""
    ours = Ours(folder / "warm")
    ours.folder.mkdir(exist_ok=True)
    environ = ours.environ(there.aws.endpoint, there.issuer)
    for name in ("create", "plan", "destroy"):
        # A bucket of another name: moto keeps the tags of one that is gone.
        measured([*ours.command(name), "--bucket", "warm-up"], ours.folder, environ)


def compare(contenders: Iterable[Contender], delays: Iterable[int], rounds: int, folder: Path) -> Results:
    """Let all contenders do all pieces of work, round by round, at each delay in milliseconds."""
    results, listed = Results(), list(contenders)
    for number in range(rounds):
        results.start.append(measured(START, folder, shell_in(folder).environ))
        for delay in delays:
            for each in listed:
                print(f"round {number + 1} of {rounds}: {each.name} at {delay} ms", flush=True)
                with cloud(folder) as there:
                    there.before.delay = delay / 1000
                    _work(each, there, delay, results)
    return results


def _work(each: Contender, there: Cloud, delay: int, results: Results) -> None:
    environ = each.environ(there.before.url, there.issuer)
    for name in each.works:
        if name == "repair":
            there.aws.client("iam").detach_role_policy(**DRIFTED)
        there.before.forget()
        sample = measured(each.command(name), each.folder, environ)
        results.samples[each.name, name, delay].append(evolve(sample, calls=len(there.before.calls)))


@frozen
class Scaled:
    """Some environments made in one run: what it took, and how many of its calls were throttled."""

    environments: int
    sample: Sample
    throttled: int | None = None


def scaled(delay: int, folder: Path) -> list[Scaled]:
    """Make 1, 5 and 20 environments, each time in one run; the most once more where AWS throttles."""
    found = [_scaled(count, delay, folder) for count in COUNTS]
    return [*found, _scaled(COUNTS[-1], delay, folder, Rate(per_second=PER_SECOND, burst=PER_SECOND))]


def _scaled(count: int, delay: int, folder: Path, rate: Rate | None = None) -> Scaled:
    print(f"{count} environments in one run at {delay} ms{', throttled' if rate else ''}", flush=True)
    names = [f"env{number}" for number in range(count)]
    text = f'region = "{REGION}"\naccount = "{ACCOUNT}"\neks_cluster_name = "mz-k8s"\n'
    (folder / "environments.toml").write_text("".join(f"[{name}]\n{text}" for name in names))
    with cloud(folder) as there:
        there.before.delay = delay / 1000
        there.before.before = rate or there.before.before
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": there.before.url}
        environ = shell_in(folder, PYTHONPATH=str(Path(__file__).parents[2]), **keys).environ
        sample = measured([sys.executable, "-c", SCALE, *names], folder, environ)
        sample = evolve(sample, calls=len(there.before.calls))
    return Scaled(count, sample, rate.throttled if rate else None)
