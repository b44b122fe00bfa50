"""The `scale` subresource. Source: Kubernetes API reference, autoscaling/v1 Scale."""

from typing import Any

from attrs import evolve

from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.targets import Options, Target

Json = dict[str, Any]


def read(objects: Objects, target: Target) -> Json:
    """How many replicas are wanted and there."""
    live = objects.get(target)
    metadata = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    labels = live["spec"].get("selector", {}).get("matchLabels", {})
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: live["metadata"][name] for name in metadata},
        "spec": {"replicas": live["spec"].get("replicas", 1)},
        "status": {
            "replicas": live.get("status", {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }


def write(objects: Objects, target: Target, wanted: Json, options: Options) -> Json:
    """Set the number of replicas; the writer owns it then, by this subresource."""
    replicas = wanted["spec"].get("replicas", 0)
    revision = wanted.get("metadata", {}).get("resourceVersion")

    def change(live: Json) -> Json:
        expected = {"resourceVersion": revision or live["metadata"]["resourceVersion"]}
        return live | {"spec": live["spec"] | {"replicas": replicas}, "metadata": live["metadata"] | expected}

    objects.patch(evolve(target, subresource="scale"), change, options)
    return read(objects, target)
