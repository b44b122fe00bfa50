"""How values look in a notebook."""

import json
import re
from typing import Any

import pytest

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action
from tasktool_infra.report.notebook import COLOURS
from tasktool_infra.settings.environment import Environment
from tests.unit.report.plans import EVERYTHING, change, plan
from tests.unit.report.runs import RESULT
from tests.unit.report.test_machine import VERIFICATION

JSON, SHOWN_UNASKED = "application/json", {"text/html", "text/plain"}
SHOWN = [EVERYTHING, RESULT, Environment(name="prod", account="123456789012"), VERIFICATION]


@pytest.mark.parametrize("value", SHOWN, ids=lambda value: type(value).__name__)
def test_every_value_has_all_forms_and_gives_those_that_are_asked_for(value: Any) -> None:
    whole = value._repr_mimebundle_()
    # JupyterLab would take JSON before HTML.
    assert set(whole) == SHOWN_UNASKED
    json.dumps(value._repr_mimebundle_(include=[JSON])[JSON])
    assert whole["text/plain"].strip()
    assert set(value._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(value._repr_mimebundle_(exclude={"text/plain"})) == {"text/html"}


def test_html_is_escaped_and_holds_no_secret() -> None:
    bad = FieldChange("tags[x]", None, "<script>alert(1)</script>")
    page = plan(change("s3_bucket.b", Action.UPDATE, bad))._repr_mimebundle_()["text/html"]
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "hunter2" not in json.dumps(EVERYTHING._repr_mimebundle_())


def channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    """Source: WCAG 2.2, relative luminance."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("text", "page"), [("#cfd0d0", "#131416"), ("#cccccc", "#1e1e1e"), ("#333333", "#ffffff")])
@pytest.mark.parametrize("style", sorted(COLOURS))
def test_colours_can_be_read_on_dark_and_light_pages(style: str, text: str, page: str) -> None:
    mix = re.search(r"currentColor (\d+)%, (#\w{6})\)", COLOURS[style])
    assert mix is not None
    part = int(mix[1]) / 100
    mixed = [part * a + (1 - part) * b for a, b in zip(channels(text), channels(mix[2]), strict=True)]
    dark, light = sorted((luminance(mixed), luminance(channels(page))))
    # Source: WCAG 2.2, success criterion 1.4.3 (AA).
    assert (light + 0.05) / (dark + 0.05) >= 4.5
