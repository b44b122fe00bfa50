"""How values look in a notebook."""

import json
from typing import Any

import pytest

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action
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
