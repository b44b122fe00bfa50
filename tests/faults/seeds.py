"""How many runs a test of random faults makes: a few in the ordinary suite, many by ``tox -e faults``."""

import os

RUNS = "TASKTOOL_FAULT_RUNS"


def seeds(few: int, most: int = 1000) -> range:
    """Give the seeds, not more than ``most``; always the same ones, so that what failed once fails again."""
    return range(min(most, int(os.environ.get(RUNS, few))))
