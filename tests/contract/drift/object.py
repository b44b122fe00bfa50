"""What somebody does to an object of an application behind our back, here to a ConfigMap."""

from typing import Any

from tests.contract.drift import drift, of_module
from tests.contract.hands import annotate, api_patch, label, merge, pointer


@drift("value changed", "data.STAGE", writes=("apply",))
def value_changed(api: Any, thing: Any) -> None:
    merge(api, thing, {"data": {"STAGE": "second"}})


@drift("value removed", "data.STAGE", writes=("apply",))
def value_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": "/data/STAGE"}])


@drift("foreign value")
def foreign_value(api: Any, thing: Any) -> None:
    merge(api, thing, {"data": {"OTHERS": "theirs"}})


@drift("label removed", "labels[env]", writes=("apply",))
def label_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/labels/{pointer('env')}"}])


@drift("foreign label", kept=("label cost",))
def foreign_label(api: Any, thing: Any) -> None:
    label(api, thing, {"cost": "9"})


@drift("foreign annotation", kept=("annotation example.com/note",))
def foreign_annotation(api: Any, thing: Any) -> None:
    annotate(api, thing, {"example.com/note": "by hand"})


DRIFTS = of_module(globals())
