"""What somebody does to the emulator behind our back."""

from typing import Any

from tasktool_infra.kube.readiness import DEPLOYMENT, is_ready
from tests.contract.cluster_world import eventually
from tests.contract.drift import drift, of_module
from tests.contract.hands import api_patch, merge, path, pointer


def rolled_out(api: Any, thing: Any) -> None:
    """Let the controllers come to an end: how far they are is a difference too."""
    assert eventually(lambda: is_ready(DEPLOYMENT, api.get(path(thing))))


@drift("scaled", "spec.replicas", writes=("apply",))
def scaled(api: Any, thing: Any) -> None:
    merge(api, thing, {"spec": {"replicas": 2}})
    rolled_out(api, thing)


@drift("another image", "spec.template.spec.containers[localstack].image", writes=("apply",))
def another_image(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "moto:latest"}])
    rolled_out(api, thing)


@drift("label removed", "labels[env]", writes=("apply",))
def label_removed(api: Any, thing: Any) -> None:
    api_patch(api, thing, [{"op": "remove", "path": f"/metadata/labels/{pointer('env')}"}])


DRIFTS = of_module(globals())
