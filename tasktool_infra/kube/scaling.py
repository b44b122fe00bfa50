"""Whose the number of replicas is: an autoscaler's is left alone, a number set by hand is repaired.

Who scales does it through the subresource `scale`, and that stands in managedFields: also kubectl's. A
HorizontalPodAutoscaler tells one from the other. The field is left out only once somebody else owns it: an apply that
drops the only owner would set it back to 1. Source: Kubernetes, server-side apply, "Transferring ownership".
"""

from collections.abc import Mapping
from typing import Any

from tasktool_infra.engine.calls import GONE, Call, Reading
from tasktool_infra.kube.answers import FORBIDDEN, NO_NAMESPACE
from tasktool_infra.kube.managed import Fields, entries, overlap
from tasktool_infra.kube.retries import SERVICE

REPLICAS: Fields = {"f:spec": {"f:replicas": {}}}
CONTROLLER = "kube-controller-manager"
"""The manager by whose name the HorizontalPodAutoscalers' controller scales."""


def autoscaler(found: Mapping[str, Any], manifest: Mapping[str, Any]) -> Reading[str]:
    """Give who has the replicas of a live object, for people; nothing when they are as the manifest says."""
    scalers = [entry["manager"] for entry in entries(found) if _scales(entry)]
    if not scalers or "replicas" not in (manifest.get("spec") or {}):
        return ""
    where = {"namespace": found["metadata"].get("namespace", "")}
    kind = {"api_version": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"}
    listed = yield Call(SERVICE, "list", {**kind, **where}, expects={FORBIDDEN: GONE, NO_NAMESPACE: GONE})
    if listed is GONE:
        return "the HorizontalPodAutoscaler" if CONTROLLER in scalers else ""
    names = [each["metadata"]["name"] for each in listed["items"] if _aims_at(each, found)]
    return f"HorizontalPodAutoscaler {names[0]}" if names else ""


def without_replicas(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give a manifest that says nothing of replicas."""
    return {**manifest, "spec": {key: value for key, value in manifest["spec"].items() if key != "replicas"}}


def _scales(entry: Mapping[str, Any]) -> bool:
    return entry.get("subresource") == "scale" and overlap(entry.get("fieldsV1") or {}, REPLICAS)


def _aims_at(scaler: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    target = scaler["spec"]["scaleTargetRef"]
    group = str(target.get("apiVersion", found["apiVersion"])).partition("/")[0]
    wanted = (found["apiVersion"].partition("/")[0], found["kind"], found["metadata"]["name"])
    return (group, target["kind"], target["name"]) == wanted
