"""A run in the cell of a notebook."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.events import Ended, Listeners, Noted, Planned
from tasktool_infra.report.cell import Cell
from tasktool_infra.values.display import watching
from tests.unit.report.runs import RESULT, events


def test_one_output_is_replaced_and_ends_as_what_the_error_below_does_not_say() -> None:
    shown: list[dict[str, str]] = []
    now = [0.0]
    cell = Cell(shown.append, now=lambda: now[0])
    for event in list(events())[:-1]:
        now[0] += 1.0
        cell(event)
    middle = [forms["text/plain"] for forms in shown if "user_index CREATING" in forms["text/plain"]]
    assert middle
    assert any("iam_role.Odd: failed: iam.create_role: AccessDenied" in forms["text/plain"] for forms in shown)
    end = shown[-1]["text/plain"].splitlines()
    assert end[:2] == ["a note", "Done: 1 added, 0 changed, 0 destroyed, 1 failed, 1 waiting (42.0 s)"]
    assert not any("AccessDenied" in each for each in end)
    assert shown[-1]["text/html"].startswith("<div")


def test_what_is_said_of_a_place_is_said_once_and_what_is_said_of_a_run_each_time() -> None:
    seen, places = [], set[str]()
    for _ in range(2):
        shown: list[dict[str, str]] = [{"text/plain": ""}]
        cell = Cell(shown.append, places=places)
        cell(Noted(at=0.0, text="where this is"))
        cell(Noted(at=3.0, text="what has moved"))
        seen.append(shown[-1]["text/plain"].splitlines())
    # A paragraph, whose lines all begin alike.
    assert "padding-left:0ch;text-indent:-0ch" in shown[-1]["text/html"]
    assert seen == [["where this is", "what has moved"], ["what has moved"]]


def test_a_run_that_did_all_leaves_its_bar() -> None:
    shown: list[dict[str, str]] = []
    result = evolve(RESULT, failed={}, not_started=())
    Cell(shown.append)(Ended(at=1.0, result=result))
    assert [forms["text/plain"] for forms in shown] == [f"{'━' * 24} 0 of 0, 42 s"]


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
