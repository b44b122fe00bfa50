"""What somebody does to the Service of the emulator behind our back."""

from typing import Any

from tests.contract.drift import drift, of_module
from tests.contract.hands import annotate, api_patch


@drift("another selector", "spec.selector.app", writes=("apply",))
def another_selector(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "replace", "path": "/spec/selector/app", "value": "elsewhere"}])


@drift("foreign annotation", kept=("annotation example.com/note",))
def foreign_annotation(api: Any, thing: Any) -> None:
    annotate(api, thing, {"example.com/note": "by hand"})


DRIFTS = of_module(globals())
