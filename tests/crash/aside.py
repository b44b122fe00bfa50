"""Tries something in a fork of this process: whatever it does to the worlds of this process, they stay as they are."""

import json
import os
import traceback
from collections.abc import Callable
from typing import Any

from tests.crash.forking import forked


def aside(do: Callable[[], Any]) -> Any:
    """Give what ``do`` gives in a fork, as JSON has it; fails with what it raises there."""
    child, pipe = forked()
    if child == 0:
        try:
            said = {"given": do()}
        except BaseException:  # noqa: BLE001 - the parent tells of it
            said = {"trouble": traceback.format_exc(limit=-5)}
        with os.fdopen(pipe, "w") as told:
            json.dump(said, told)
        os._exit(0)
    with os.fdopen(pipe) as heard:
        content = heard.read()
    os.waitpid(child, 0)
    found = json.loads(content or '{"trouble": "it died"}')
    assert "trouble" not in found, found["trouble"]
    return found["given"]
