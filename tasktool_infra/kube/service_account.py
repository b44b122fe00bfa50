"""A Kubernetes ServiceAccount that is allowed to take an IAM role."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.engine.fields import identity
from tasktool_infra.engine.resource import Example
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject

ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"


@frozen(kw_only=True)
class ServiceAccount(KubeObject):
    """A ServiceAccount with the annotation by which EKS gives its pods a role.

    Only labels and this annotation are ours; pull secrets, secrets and whatever others added are kept. Source:
    Kubernetes API reference, ServiceAccount v1; EKS user guide, IAM roles for service accounts.
    """

    kind = "service_account"
    api_version, object_kind = "v1", "ServiceAccount"
    told = (".metadata.labels", ".metadata.annotations")

    namespace: str = identity()
    name: str = identity()
    role_arn: str = ""

    def metadata(self) -> Mapping[str, Any]:
        """Give names, labels and the annotation."""
        annotations = {"annotations": {ROLE_ANNOTATION: self.role_arn}} if self.role_arn else {}
        return {"namespace": self.namespace, "name": self.name, "labels": dict(self.labels), **annotations}

    def found(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Give the role that the live annotation names."""
        annotations = manifest["metadata"].get("annotations") or {}
        return {"role_arn": annotations.get(ROLE_ANNOTATION, "")}

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give one whose role changes."""
        host = Namespace(name="example-accounts")
        role = "arn:aws:iam::123456789012:role/app/Example"
        wanted = cls(namespace=host.name, name="example", role_arn=role, within=host)
        other = evolve(wanted, role_arn=role + "Other")
        return (
            Example(name="as it is", first=wanted, then=wanted, around=(host,)),
            Example(name="another role", first=wanted, then=other, around=(host,)),
        )
