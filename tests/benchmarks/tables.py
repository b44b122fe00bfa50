"""Results for people (markdown) and for programs (JSON)."""

import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from attrs import asdict

from tests.benchmarks.chains import CHAINS
from tests.benchmarks.rounds import Results, Scaled

OURS, THEIRS = "tasktool", "terraform"
HEAD = "| delay | work | who | wall s | spread s | CPU s | MB | calls | chain | limit s | to the limit | times faster |"

SCALE_HEAD = "| environments in one run | wall s | CPU s | MB | calls | of them throttled |"


def as_json(results: Results, scale: Sequence[Scaled], machine: str) -> str:
    """Give all samples."""
    samples = [
        {"who": who, "work": work, "delay_ms": delay, "samples": [asdict(each) for each in listed]}
        for (who, work, delay), listed in results.samples.items()
    ]
    whole: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "chains": CHAINS,
        "start_of_python": [asdict(each) for each in results.start],
        "samples": samples,
        "environments_in_one_run": [asdict(each) for each in scale],
    }
    return json.dumps(whole, indent=2) + "\n"


def machine() -> str:
    """Say what this machine is, as far as it matters."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def as_markdown(results: Results, scale: Sequence[Scaled], machine: str) -> str:
    """Give medians, spread and ratios."""
    start = median(each.wall for each in results.start)
    lines = [
        "# Measured side by side",
        "",
        f"{datetime.now(UTC).date().isoformat()}, {machine}; medians of {len(results.start)} rounds, whole processes.",
        f"The limit is `python -c 'import botocore.session'` ({start:.2f} s) and the longest chain of calls times",
        "the delay. Wall times count on a quiet machine only.",
        "",
        HEAD,
        "|" + " --- |" * HEAD.count(" | ") + " --- |",
        *_rows(results, start),
    ]
    if scale:
        lines += ["", SCALE_HEAD, "|" + " --- |" * (SCALE_HEAD.count(" | ") + 1), *map(_scale_row, scale)]
    return "\n".join(lines) + "\n"


def _scale_row(each: Scaled) -> str:
    sample, throttled = each.sample, "" if each.throttled is None else str(each.throttled)
    numbers = [f"{sample.wall:.2f}", f"{sample.cpu:.2f}", f"{sample.memory:.0f}", f"{sample.calls}", throttled]
    return f"| {' | '.join([str(each.environments), *numbers])} |"


def _rows(results: Results, start: float) -> Iterator[str]:
    for (who, work, delay), listed in sorted(results.samples.items(), key=lambda item: (item[0][2], item[0][1])):
        wall = _middle(each.wall for each in listed)
        spread = max(each.wall for each in listed) - min(each.wall for each in listed)
        cpu, memory = _middle(each.cpu for each in listed), _middle(each.memory for each in listed)
        calls = _middle(each.calls for each in listed)
        limit = start + CHAINS[work] * delay / 1000
        theirs = results.samples.get((THEIRS, work, delay))
        ours = [f"{CHAINS[work]}", f"{limit:.2f}", f"{wall / limit:.1f}"] if who == OURS else ["", "", ""]
        faster = f"{_middle(s.wall for s in theirs) / wall:.1f}" if theirs and who == OURS else ""
        numbers = [f"{wall:.2f}", f"{spread:.2f}", f"{cpu:.2f}", f"{memory:.0f}", f"{calls:.0f}"]
        yield f"| {' | '.join([f'{delay} ms', work, who, *numbers, *ours, faster])} |"


def _middle(numbers: Iterable[float]) -> float:
    return float(median(list(numbers)))
