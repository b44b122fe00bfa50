"""The label by which the members of an ApplySet are known, and the list in which each of them stands.

Source: KEP-3659; Kubernetes documentation, well-known labels and annotations.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tasktool_infra.engine.calls import GONE, Among, Call
from tasktool_infra.kube.answers import NO_KIND
from tasktool_infra.kube.retries import SERVICE

PART_OF = "applyset.kubernetes.io/part-of"


def members(api_version: str, kind: str, namespace: str, apply_set: str) -> Call:
    """Give the call that lists the members of one kind, in a namespace where the kind has such."""
    where = {"namespace": namespace} if namespace else {}
    parameters = {"api_version": api_version, "kind": kind, "selector": f"{PART_OF}={apply_set}", **where}
    return Call(SERVICE, "list", parameters, expects={NO_KIND: GONE})


def among_members(manifest: Mapping[str, Any]) -> Among | None:
    """Give in which list a live object would stand, if it is to be a member."""
    metadata = manifest["metadata"]
    apply_set = (metadata.get("labels") or {}).get(PART_OF)
    if apply_set is None:
        return None
    api_version, kind = manifest["apiVersion"], manifest["kind"]
    listing = members(api_version, kind, metadata.get("namespace", ""), apply_set)
    return Among(listing, metadata["name"], partial(_by_name, {"apiVersion": api_version, "kind": kind}))


def _by_name(kind: Mapping[str, str], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a list holds as single reads do: in a list, what its objects are is said once for all."""
    return {item["metadata"]["name"]: {**kind, **item} for item in answer["items"]}
