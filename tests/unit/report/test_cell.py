"""A run in the cell of a notebook."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tasktool_infra.engine.events import Listeners, Planned
from tasktool_infra.report.cell import Cell
from tasktool_infra.values.display import watching
from tests.unit.report.runs import events


def test_one_output_is_replaced_and_ends_as_the_sum() -> None:
    shown: list[dict[str, str]] = []
    now = [0.0]
    cell = Cell(shown.append, now=lambda: now[0])
    for event in list(events())[:-1]:
        now[0] += 1.0
        cell(event)
    middle = [forms["text/plain"] for forms in shown if "user_index CREATING" in forms["text/plain"]]
    assert middle
    assert shown[-1]["text/plain"].splitlines() == [
        "a note",
        "iam_role.Odd: failed: iam.create_role: AccessDenied: no (request r-1)",
        "Done: 1 added, 0 changed, 0 destroyed, 1 failed, 1 waiting (42.0 s)",
    ]
    assert shown[-1]["text/html"].startswith("<div")


def test_only_a_kernel_is_shown_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert watching() == ()
    for shell in (None, SimpleNamespace()):
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert watching() == ()
    shown: list[Any] = []
    handle = SimpleNamespace(update=lambda forms, raw: shown.append(forms))
    display = SimpleNamespace(display=lambda *_, **__: handle)
    kernel = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel, display=display))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    listeners = Listeners(watching())
    for event in events():
        if not isinstance(event, Planned):
            listeners(event)
    assert shown
