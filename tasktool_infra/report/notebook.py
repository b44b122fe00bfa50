"""How plans, results, environments and claims look in a notebook: HTML in the colours of its theme, text, and JSON."""

from collections.abc import Iterable
from functools import singledispatch
from html import escape
from typing import Any

import attrs

from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.hiding import Secrets
from tasktool_infra.engine.plan import Plan
from tasktool_infra.proving import Verification
from tasktool_infra.report.claims import verification_data
from tasktool_infra.report.event_data import plan_data, result_data
from tasktool_infra.report.lines import Line, Part, line
from tasktool_infra.report.palette import plain
from tasktool_infra.report.plan_lines import plan_lines
from tasktool_infra.report.result_lines import result_lines
from tasktool_infra.report.values import short
from tasktool_infra.settings.environment import Environment

COLOURS = {
    style: f"var(--jp-{name}, color-mix(in srgb, currentColor 40%, {colour}))"
    for style, name, colour in (
        ("green", "success-color1", "#22aa33"),
        ("yellow", "warn-color1", "#c77c00"),
        ("red", "error-color1", "#e53935"),
        ("cyan", "info-color1", "#0097a7"),
        ("grey", "content-font-color2", "#808080"),
    )
}
"""JupyterLab's own, which follow its theme; elsewhere mixed with the page's text, to be read on dark and light."""


def bundle(value: object) -> dict[str, Any]:
    """Give a value by MIME type; raises TypeError for what has no look of its own."""
    lines, data = look(value)
    return {"text/html": html(lines), "text/plain": plain(lines).rstrip("\n"), "application/json": data}


def html(lines: Iterable[Line]) -> str:
    """Give lines as HTML, everything escaped; the page breaks what is too wide."""
    shown = "".join(f'<div style="{_place(each)}">{_parts(each.parts) or "&nbsp;"}</div>' for each in lines)
    style = "font-family:var(--jp-code-font-family, monospace);font-size:13px;line-height:1.4;white-space:pre-wrap"
    return f'<div class="tasktool" style="{style};overflow-wrap:anywhere">{shown}</div>'


def _place(each: Line) -> str:
    return f"padding-left:{each.indent + each.hang}ch;text-indent:-{each.hang}ch"


def _parts(parts: Iterable[Part]) -> str:
    return "".join(_painted(part) for part in parts)


def _painted(part: Part) -> str:
    if part.style in COLOURS:
        return f'<span style="color:{COLOURS[part.style]}">{escape(part.text)}</span>'
    return f"<b>{escape(part.text)}</b>" if part.style == "bold" else escape(part.text)


@singledispatch
def look(value: object) -> tuple[list[Line], dict[str, Any]]:
    """Give a value as lines and as JSON data."""
    raise TypeError(f"{type(value).__name__} has no look of its own")


@look.register
def _(value: Plan) -> tuple[list[Line], dict[str, Any]]:
    return plan_lines(value), plan_data(value)


@look.register
def _(value: Result) -> tuple[list[Line], dict[str, Any]]:
    return result_lines(value), result_data(value)


@look.register
def _(value: Environment) -> tuple[list[Line], dict[str, Any]]:
    set_ = {a.name: getattr(value, a.name) for a in attrs.fields(type(value)) if getattr(value, a.name) is not None}
    data: dict[str, Any] = Secrets().within({name: _plain(each) for name, each in set_.items()})
    rows = [line(Part(f"{name}: ", "grey"), short(each), indent=2) for name, each in data.items() if name != "name"]
    return [line(f"Environment {value.name}", style="bold"), *rows], data


@look.register
def _(value: Verification) -> tuple[list[Line], dict[str, Any]]:
    data = verification_data(value, value.claims)
    broken = [
        line(f"! {claim.key}: {claim.name}: {claim.fix or 'it does not hold'}", style="red", indent=2)
        for claim in value.broken
    ]
    return [line(f"Verify of {value.environment}", style="bold"), *broken, line(data["summary"], style="bold")], data


def _plain(value: Any) -> Any:

    if isinstance(value, str | int | float | bool):
        return value
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list | frozenset) else str(value)
