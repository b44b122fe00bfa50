"""A fork of this process that has something to say to it."""

import os
import sys
import warnings


def forked() -> tuple[int, int]:
    """Fork; give the child (0 in the child itself) and the end of a pipe: to write for the child, to read for us."""
    sys.stdout.flush()
    ours, theirs = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other threads of the tests are there, and nobody here waits for them
        child = os.fork()
    os.close(theirs if child else ours)
    return child, ours if child else theirs
