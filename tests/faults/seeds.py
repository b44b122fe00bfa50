"""How many runs a test of random faults makes: a few in the ordinary suite, many by ``tox -e faults``."""

import os

RUNS = "TASKTOOL_FAULT_RUNS"


def seeds(few: int) -> range:
    """Give the seeds; always the same ones, so that what failed once fails again."""
    return range(int(os.environ.get(RUNS, few)))
