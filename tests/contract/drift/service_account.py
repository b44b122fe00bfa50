"""What somebody does to a ServiceAccount behind our back."""

from typing import Any

from tasktool_infra.kube.service_account import ROLE_ANNOTATION
from tests.contract.drift import drift, of_module
from tests.contract.hands import annotate, api_patch, label, merge, pointer


@drift("label removed", "labels[env]", writes=("apply",))
def label_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/labels/{pointer('env')}"}])


@drift("role changed", "role_arn", writes=("apply",))
def role_changed(api: Any, thing: Any) -> None:
    annotate(api, thing, {ROLE_ANNOTATION: "arn:aws:iam::123456789012:role/Another"})


@drift("role removed", "role_arn", writes=("apply",))
def role_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/annotations/{pointer(ROLE_ANNOTATION)}"}])


@drift("foreign label", kept=("label cost",))
def foreign_label(api: Any, thing: Any) -> None:
    label(api, thing, {"cost": "9"})


@drift("foreign annotation", kept=("annotation example.com/note",))
def foreign_annotation(api: Any, thing: Any) -> None:
    annotate(api, thing, {"example.com/note": "by hand"})


@drift("pull secrets")
def pull_secrets(api: Any, thing: Any) -> None:
    merge(api, thing, {"imagePullSecrets": [{"name": "registry"}], "automountServiceAccountToken": False})


DRIFTS = of_module(globals())
