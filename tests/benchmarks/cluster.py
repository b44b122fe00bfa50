"""What plans without changes take on a real control plane: AWS alone, all of `prod`, and with 500 objects.

`python -m tests.benchmarks.cluster`. Wall times count on a quiet machine only; of CPU time, kustomize is part.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from attrs import frozen

from tests.benchmarks.sample import Sample, measured
from tests.benchmarks.tables import machine
from tests.controlplane.cluster import administrator, control_plane
from tests.faults.proxy import Proxy
from tests.system.application import PROGRAMS, described, place
from tests.system.many import overlay
from tests.system.world import ROOT, Shell

MANY, ALONE, AWS_ALONE = 500, ("--only", "aws"), ", AWS alone"
WORKS = {
    f"prod{AWS_ALONE}": ("prod", *ALONE),
    "prod": ("prod",),
    f"{MANY} objects{AWS_ALONE}": ("many", *ALONE),
    f"{MANY} objects": ("many",),
}
COMMON = """region = "ap-northeast-1"
account = "123456789012"
eks_cluster_name = "mz-k8s"
create_oidc_provider = true
domain = "task.mamezou-tech.com"
email = "me@example.com"
"""
Samples = Mapping[tuple[str, int], list[Sample]]


@frozen
class Made:
    """Two environments that stand: a shell that leads there, and the proxy before AWS."""

    shell: Shell
    before: Proxy

    def plan(self, *arguments: str) -> Sample:
        """Measure a plan; bytecode is kept, as where it is installed."""
        environ = {key: value for key, value in self.shell.environ.items() if not key.startswith("PYTHON")}
        return measured(command("plan", *arguments), self.shell.folder, environ)


def command(script: str, *arguments: str) -> list[str]:
    """Give the command line of a script."""
    return [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *arguments]


@contextmanager
def made(folder: Path) -> Iterator[Made]:
    """Start both clouds and make the environments in them, for as long as the block lasts."""
    caller = administrator()
    keys = {"AWS_ACCESS_KEY_ID": caller.access_key, "AWS_SECRET_ACCESS_KEY": caller.secret_key}
    with control_plane(nodes=1) as cluster, place(cluster, folder) as here, described(here) as before:
        shell = here.shell.having(AWS_ENDPOINT_URL=before.url, **keys)
        shell.config(f"[prod]\n{COMMON}\n[many]\n{COMMON}overlay = {json.dumps(str(overlay(folder, MANY)))}\n")
        there = Made(shell, before)
        ours = there.shell.run("provision", "prod", *ALONE)
        assert ours.summary.startswith("Plan: "), ours.said
        for program in PROGRAMS:
            here.push(program)
        for name in ("prod", "many"):
            measured(command("provision", name), folder, shell.environ)
        yield there


def measure(there: Made, delays: list[int], rounds: int) -> Samples:
    """Do each piece of work in turn, round by round, at each delay in milliseconds of a call of AWS."""
    found: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for number in range(rounds):
        for delay in delays:
            there.before.delay = delay / 1000
            print(f"round {number + 1} of {rounds} at {delay} ms", file=sys.stderr, flush=True)
            for name, arguments in WORKS.items():
                found[name, delay].append(there.plan(*arguments))
    return found


def as_markdown(samples: Samples, rounds: int) -> str:
    """Give the medians, and what the part in the cluster takes on top of the part in AWS."""
    today = datetime.now(UTC).date().isoformat()
    lines = [
        "# A plan without changes, with the cluster beside AWS",
        "",
        f"{today}, {machine()}, a kube-apiserver on the same machine; medians of {rounds} rounds, whole processes.",
        "Of CPU time, kustomize is part.",
        "",
        "| delay of AWS | plan | wall s | on top of AWS s | CPU s | MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for (name, delay), listed in samples.items():
        wall, cpu, memory = (median(getattr(each, what) for each in listed) for what in ("wall", "cpu", "memory"))
        alone = samples.get((f"{name}{AWS_ALONE}", delay))
        more = f"{wall - median(each.wall for each in alone):.2f}" if alone else ""
        lines.append(f"| {delay} ms | {name} | {wall:.2f} | {more} | {cpu:.2f} | {memory:.0f} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Run the benchmark, print its table, and write cluster.md."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.cluster", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is done")
    parser.add_argument("--delays", type=int, nargs="+", default=[0, 50], help="milliseconds added to calls of AWS")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results", help="where results are written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, made(Path(folder)) as there:
        samples = measure(there, options.delays, options.rounds)
    table = as_markdown(samples, options.rounds)
    (options.out / "cluster.md").write_text(table)
    print(table)


if __name__ == "__main__":
    main()
