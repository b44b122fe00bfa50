"""Which actions a call needs, on which ARNs: from this come messages about denials and policies that are exact."""

from collections.abc import Mapping

from tasktool_infra.aws.authorization.dynamodb_actions import DYNAMODB
from tasktool_infra.aws.authorization.ecr_actions import ECR
from tasktool_infra.aws.authorization.iam_actions import IAM
from tasktool_infra.aws.authorization.rule import Need, Rule
from tasktool_infra.aws.authorization.s3_actions import S3
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.values.frozen import FrozenDict

_CLUSTER = "arn:{partition}:eks:{region}:{account}:cluster/{name}"

ACTIONS: dict[str, dict[str, tuple[Rule, ...]]] = {
    "dynamodb": DYNAMODB,
    "ecr": ECR,
    "eks": {
        "describe_cluster": (Rule("eks:DescribeCluster", _CLUSTER),),
        "describe_cluster_versions": (Rule("eks:DescribeClusterVersions"),),
        "list_clusters": (Rule("eks:ListClusters"),),
    },
    "iam": IAM,
    "resourcegroupstaggingapi": {"get_resources": (Rule("tag:GetResources"),)},
    "s3": S3,
    # Whoever has credentials may ask who that is, and a token of a trusted issuer needs no permission either.
    # Source: STS API reference.
    "sts": {"get_caller_identity": (), "assume_role_with_web_identity": ()},
}
"""By service and operation, as calls name them."""


def needs(call: Call, place: Place, role_paths: Mapping[str, str] = FrozenDict()) -> tuple[Need, ...]:
    """Give what a caller must be allowed to make a call to AWS.

    ``role_paths`` gives the paths of roles by their names; the path of any other is left open. Raises KeyError for a
    call that stands in no table.
    """
    rules = ACTIONS[call.service][call.operation]
    return tuple(need for rule in rules for need in rule.needs(call.parameters, place, role_paths))
