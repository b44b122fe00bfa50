"""Makes, repairs, proves and removes the AWS and Kubernetes environment of one application, by calling the APIs.

    import tasktool_infra as tt

    tt.provision("prod", sandbox=True)
    tt.plan("prod", sandbox=True).actions

Importing this costs nothing: what is used is imported when it is first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tasktool_infra._version import __version__

if TYPE_CHECKING:
    from tasktool_infra.aws.documents import Document
    from tasktool_infra.aws.dynamodb_keys import Attribute, Index
    from tasktool_infra.aws.dynamodb_table import Table
    from tasktool_infra.aws.ecr_repository import Repository
    from tasktool_infra.aws.eks_cluster import Cluster
    from tasktool_infra.aws.iam_policy import Policy
    from tasktool_infra.aws.iam_role import Role
    from tasktool_infra.aws.irsa import irsa_trust
    from tasktool_infra.aws.oidc_provider import OidcProvider
    from tasktool_infra.aws.place import Place
    from tasktool_infra.aws.s3_bucket import Bucket
    from tasktool_infra.engine.claims import Claim
    from tasktool_infra.engine.errors import (
        ApiError,
        DeadlinePassed,
        Declined,
        Interrupted,
        NotAccepted,
        Problem,
        Refused,
        TasktoolError,
    )
    from tasktool_infra.engine.execute import Result, RunFailed
    from tasktool_infra.engine.owner import Owner
    from tasktool_infra.engine.plan import Action, Change, Plan
    from tasktool_infra.kube.namespace import Namespace
    from tasktool_infra.kube.service_account import ServiceAccount
    from tasktool_infra.least_privilege.checking import Checked
    from tasktool_infra.least_privilege.grant import Grant
    from tasktool_infra.proving import Verification
    from tasktool_infra.running import PlanRefused
    from tasktool_infra.saved_plan import PlanMoved, load_plan, save_plan
    from tasktool_infra.sdk import check_permissions, load, permissions, plan, provision, teardown, verify
    from tasktool_infra.settings.environment import Environment
    from tasktool_infra.settings.errors import SettingsError

_HOMES = {
    "aws.documents": ("Document",),
    "aws.dynamodb_keys": ("Attribute", "Index"),
    "aws.dynamodb_table": ("Table",),
    "aws.ecr_repository": ("Repository",),
    "aws.eks_cluster": ("Cluster",),
    "aws.iam_policy": ("Policy",),
    "aws.iam_role": ("Role",),
    "aws.irsa": ("irsa_trust",),
    "aws.oidc_provider": ("OidcProvider",),
    "aws.place": ("Place",),
    "aws.s3_bucket": ("Bucket",),
    "engine.claims": ("Claim",),
    "engine.errors": (
        "ApiError",
        "DeadlinePassed",
        "Declined",
        "Interrupted",
        "NotAccepted",
        "Problem",
        "Refused",
        "TasktoolError",
    ),
    "engine.execute": ("Result", "RunFailed"),
    "engine.owner": ("Owner",),
    "engine.plan": ("Action", "Change", "Plan"),
    "kube.namespace": ("Namespace",),
    "kube.service_account": ("ServiceAccount",),
    "least_privilege.checking": ("Checked",),
    "least_privilege.grant": ("Grant",),
    "proving": ("Verification",),
    "running": ("PlanRefused",),
    "saved_plan": ("PlanMoved", "load_plan", "save_plan"),
    "sdk": ("check_permissions", "load", "permissions", "plan", "provision", "teardown", "verify"),
    "settings.environment": ("Environment",),
    "settings.errors": ("SettingsError",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Action",
    "ApiError",
    "Attribute",
    "Bucket",
    "Change",
    "Checked",
    "Claim",
    "Cluster",
    "DeadlinePassed",
    "Declined",
    "Document",
    "Environment",
    "Grant",
    "Index",
    "Interrupted",
    "Namespace",
    "NotAccepted",
    "OidcProvider",
    "Owner",
    "Place",
    "Plan",
    "PlanMoved",
    "PlanRefused",
    "Policy",
    "Problem",
    "Refused",
    "Repository",
    "Result",
    "Role",
    "RunFailed",
    "ServiceAccount",
    "SettingsError",
    "Table",
    "TasktoolError",
    "Verification",
    "__version__",
    "check_permissions",
    "irsa_trust",
    "load",
    "load_plan",
    "permissions",
    "plan",
    "provision",
    "save_plan",
    "teardown",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
