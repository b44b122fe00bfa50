"""Tries something in a fork of this process: whatever it does to the worlds of this process, they stay as they are."""

import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any


def aside(do: Callable[[], Any]) -> Any:
    """Give what ``do`` gives in a fork, as JSON has it; fails with what it raises there."""
    sys.stdout.flush()
    ours, theirs = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other threads of the tests are there, and nobody here waits for them
        child = os.fork()
    if child == 0:
        os.close(ours)
        try:
            said = {"given": do()}
        except BaseException:  # noqa: BLE001 - the parent tells of it
            said = {"trouble": traceback.format_exc(limit=-5)}
        with os.fdopen(theirs, "w") as told:
            json.dump(said, told)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as heard:
        content = heard.read()
    os.waitpid(child, 0)
    found = json.loads(content or '{"trouble": "it died"}')
    assert "trouble" not in found, found["trouble"]
    return found["given"]
