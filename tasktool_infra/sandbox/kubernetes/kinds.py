"""The kinds that are served, as one table. Source: Kubernetes API reference, and cert-manager's for its two kinds."""

from typing import Any

from attrs import frozen

from tasktool_infra.sandbox.kubernetes.schema import CUSTOM, Type


@frozen
class Kind:
    """One kind: its address, its type, and what the server does with it."""

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    short: tuple[str, ...] = ()
    status: bool = False
    """Whether `status` is a subresource, which a plain write leaves alone."""
    generation: bool = False
    """Whether metadata.generation counts the changes of what is wanted."""
    immutable: tuple[str, ...] = ()
    """Fields that can't be changed, as dotted paths."""
    review: bool = False
    """Whether it only answers a POST."""

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def scalable(self) -> bool:
        """Whether it has a `scale` subresource."""
        return self.name in ("Deployment", "ReplicaSet", "StatefulSet")

    @property
    def custom(self) -> bool:
        """Whether the real thing is a custom resource."""
        return self.group in ("cert-manager.io", "apiextensions.k8s.io")

    @property
    def type(self) -> Type:
        """Its schema."""
        package = self.group.split(".")[0] or "core"
        return CUSTOM if self.custom else f"#{package}.{self.version}.{self.name}"


CERT = "cert-manager.io"
RBAC = "rbac.authorization.k8s.io"
WORKLOAD: dict[str, Any] = {"status": True, "generation": True, "immutable": ("spec.selector",)}

NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False, short=("ns",), status=True)
SERVICE_ACCOUNT = Kind("", "v1", "ServiceAccount", "serviceaccounts", short=("sa",))
CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps", short=("cm",))
DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments", short=("deploy",), **WORKLOAD)
STATEFUL_SET = Kind(
    "apps",
    "v1",
    "StatefulSet",
    "statefulsets",
    short=("sts",),
    status=True,
    generation=True,
    immutable=("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
)
DAEMON_SET = Kind("apps", "v1", "DaemonSet", "daemonsets", short=("ds",), **WORKLOAD)
CLAIM = Kind(
    "",
    "v1",
    "PersistentVolumeClaim",
    "persistentvolumeclaims",
    short=("pvc",),
    status=True,
    immutable=("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeMode"),
)
JOB = Kind("batch", "v1", "Job", "jobs", status=True, generation=True, immutable=("spec.template", "spec.selector"))
INGRESS = Kind("networking.k8s.io", "v1", "Ingress", "ingresses", short=("ing",), status=True, generation=True)
INGRESS_CLASS = Kind("networking.k8s.io", "v1", "IngressClass", "ingressclasses", namespaced=False, generation=True)
ISSUER = Kind(CERT, "v1", "Issuer", "issuers", status=True, generation=True)
CERTIFICATE = Kind(CERT, "v1", "Certificate", "certificates", short=("cert", "certs"), status=True, generation=True)
CRD = Kind(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    namespaced=False,
    short=("crd", "crds"),
    status=True,
    generation=True,
)

KINDS = (
    NAMESPACE,
    SERVICE_ACCOUNT,
    CONFIG_MAP,
    Kind("", "v1", "Secret", "secrets", immutable=("type",)),
    Kind("", "v1", "Service", "services", short=("svc",), status=True),
    CLAIM,
    Kind("", "v1", "Pod", "pods", short=("po",), status=True),
    Kind("", "v1", "Event", "events", short=("ev",)),
    Kind("", "v1", "Node", "nodes", namespaced=False, short=("no",), status=True),
    DEPLOYMENT,
    Kind("apps", "v1", "ReplicaSet", "replicasets", short=("rs",), **WORKLOAD),
    STATEFUL_SET,
    DAEMON_SET,
    Kind("apps", "v1", "ControllerRevision", "controllerrevisions", immutable=("data",)),
    JOB,
    Kind("batch", "v1", "CronJob", "cronjobs", short=("cj",), status=True, generation=True),
    INGRESS,
    INGRESS_CLASS,
    Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", short=("netpol",), generation=True),
    Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", short=("pdb",), status=True, generation=True),
    Kind(RBAC, "v1", "Role", "roles"),
    Kind(RBAC, "v1", "RoleBinding", "rolebindings", immutable=("roleRef",)),
    Kind(RBAC, "v1", "ClusterRole", "clusterroles", namespaced=False),
    Kind(RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False, immutable=("roleRef",)),
    Kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", short=("hpa",), status=True),
    CRD,
    ISSUER,
    CERTIFICATE,
)

REVIEWS = (
    Kind("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", namespaced=False, review=True),
    Kind(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectAccessReview",
        "selfsubjectaccessreviews",
        namespaced=False,
        review=True,
    ),
)

BY_ADDRESS = {(kind.group, kind.version, kind.plural): kind for kind in KINDS + REVIEWS}
BY_PLURAL = {(kind.group, kind.plural): kind for kind in KINDS}
