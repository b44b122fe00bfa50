"""What somebody does to an ApplySet behind our back."""

from typing import Any

from tasktool_infra.kube.applyset import ID, KINDS, TOOLING
from tests.contract.drift import drift, of_module
from tests.contract.hands import annotate, api_patch, label, pointer


@drift("id removed", f"labels[{ID}]", writes=("apply",))
def id_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/labels/{pointer(ID)}"}])


@drift("kind dropped", "kinds[Deployment.apps]", writes=("apply",))
def kind_dropped(api: Any, thing: Any) -> None:
    annotate(api, thing, {KINDS: "ConfigMap"})


@drift("lists removed", "kinds[ConfigMap]", "kinds[Deployment.apps]", writes=("apply",))
def lists_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/annotations/{pointer(KINDS)}"}])


@drift("kind added")
def kind_added(api: Any, thing: Any) -> None:
    annotate(api, thing, {KINDS: "ConfigMap,Deployment.apps,Service"})


@drift("written by a later version", "tooling", writes=("apply",))
def later_version(api: Any, thing: Any) -> None:
    annotate(api, thing, {TOOLING: "tasktool-infra/v2"})


@drift("foreign label", kept=("label cost",))
def foreign_label(api: Any, thing: Any) -> None:
    label(api, thing, {"cost": "9"})


DRIFTS = of_module(globals())
