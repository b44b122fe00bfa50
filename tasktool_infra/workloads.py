"""The application's manifests as resources: what each object needs first, and in which order they come and go."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.aws.ecr_image import Image
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube.applyset import ApplySet, group_kind
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.membership import PART_OF
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw

TEMPLATES = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet"), ("spec", "template")),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where the pod template stands in a workload. Source: Kubernetes API reference."""
ROLE_HASH = "tasktool-infra/role"


@frozen(kw_only=True)
class Surroundings:
    """What the manifests stand in: the application, the namespace, its ServiceAccounts, and the place of the images.

    ``used`` is what pods use when they run: they start after it. Without ``images`` nobody looks whether they were
    pushed: where no container runs.
    """

    application: str
    namespace: Namespace
    accounts: tuple[ServiceAccount, ...]
    place: Place
    used: tuple[Resource, ...] = ()
    images: bool = True


def workloads(manifests: Iterable[Mapping[str, Any]], around: Surroundings) -> tuple[Resource, ...]:
    """Give the images that the workloads need, and every object; the Ingress comes last and so goes first.

    They are the members of an ApplySet, which comes before all of them.
    """
    listed = list(manifests)
    if not listed:
        return ()
    images = _images(listed, around) if around.images else {}
    parent = _parent(listed, around)
    parts = [_member(_object(manifest, around, images), parent) for manifest in listed]
    plain = [part for part in parts if part.body["kind"] not in (*TEMPLATES, "Ingress")]
    running = [evolve(part, after=(*plain, *around.used)) for part in parts if part.body["kind"] in TEMPLATES]
    doors = [evolve(part, after=(*plain, *running)) for part in parts if part.body["kind"] == "Ingress"]
    return (*images.values(), parent, *plain, *running, *doors)


def _parent(manifests: Iterable[Mapping[str, Any]], around: Surroundings) -> ApplySet:
    members = [manifest for manifest in manifests if manifest["kind"] != "Namespace"]
    namespaces = frozenset(manifest["metadata"].get("namespace", "") for manifest in members)
    return ApplySet(
        namespace=around.namespace.name,
        name=around.application,
        kinds=frozenset(group_kind(manifest["apiVersion"], manifest["kind"]) for manifest in members),
        namespaces=namespaces - {"", around.namespace.name},
        within=around.namespace,
    )


def _member(part: Manifest, parent: ApplySet) -> Manifest:
    """Give an object with the label by which it is found when it is no longer wanted; namespaces never have it."""
    if part.body["kind"] == "Namespace":
        return part
    return evolve(part, labels=FrozenDict({PART_OF: parent.id}), requires=(parent, *part.requires))


def _object(manifest: Mapping[str, Any], around: Surroundings, images: Mapping[str, Image]) -> Manifest:
    within = around.namespace if "namespace" in manifest["metadata"] else None
    template = pod_template(manifest)
    if template is None:
        return Manifest(body=freeze(manifest), within=within)
    accounts = {account.name: account for account in around.accounts}
    account = accounts.get(template["spec"].get("serviceAccountName", ""))
    needed = [images[name] for name in _references(template) if name in images]
    body = _with_role(manifest, account) if account is not None else manifest
    return Manifest(body=freeze(body), within=within, requires=(*needed, *([account] if account else [])))


def pod_template(manifest: Mapping[str, Any]) -> Any:
    """Give the pod template of a workload; None for what runs no pods, or lacks it: then the server refuses it."""
    part: Any = manifest if manifest["kind"] in TEMPLATES else {}
    for key in TEMPLATES.get(manifest["kind"], ()):
        part = part.get(key) or {}
    return part if part.get("spec") is not None else None


def _with_role(manifest: Mapping[str, Any], account: ServiceAccount) -> dict[str, Any]:
    """Give the workload with a hash of its role in the pod template: another role then restarts the pods.

    The role's variables are put into a pod when it starts. Source: EKS user guide, IAM roles for service accounts.
    """
    changed: dict[str, Any] = thaw(freeze(manifest))
    metadata = pod_template(changed).setdefault("metadata", {})
    digest = hashlib.sha256(account.role_arn.encode()).hexdigest()[:16]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), ROLE_HASH: digest}
    return changed


def _references(template: Mapping[str, Any]) -> list[str]:
    spec = template["spec"]
    containers = (*(spec.get("initContainers") or ()), *(spec.get("containers") or ()))
    return [container["image"] for container in containers if "image" in container]


def _images(manifests: Sequence[Mapping[str, Any]], around: Surroundings) -> dict[str, Image]:
    """Give what is known of the images in the account's own registry, by reference."""
    templates = [template for manifest in manifests if (template := pod_template(manifest)) is not None]
    references = dict.fromkeys(name for template in templates for name in _references(template))
    known = {reference: Image.of(reference, around.place) for reference in references}
    return {reference: image for reference, image in known.items() if image is not None}
