"""What somebody does to a Namespace behind our back."""

from typing import Any

from tests.contract.drift import drift, of_module
from tests.contract.hands import annotate, api_patch, label, pointer


@drift("label removed", "labels[env]", writes=("apply",))
def label_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/labels/{pointer('env')}"}])


@drift("label changed", "labels[app.kubernetes.io/part-of]", writes=("apply",))
def label_changed(api: Any, thing: Any) -> None:
    part_of = pointer("app.kubernetes.io/part-of")
    # Without part-of it is still ours; with another one it would be another's.
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/labels/{part_of}"}])


@drift("foreign label", kept=("label cost",))
def foreign_label(api: Any, thing: Any) -> None:
    label(api, thing, {"cost": "9"})


@drift("foreign annotation", kept=("annotation example.com/note",))
def foreign_annotation(api: Any, thing: Any) -> None:
    annotate(api, thing, {"example.com/note": "by hand"})


DRIFTS = of_module(globals())
