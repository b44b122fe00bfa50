"""EKS clusters: what DescribeCluster says, and that nothing is ever done to one."""

from typing import Any

import pytest

from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Removal
from tests.answers import error, feed

ARN = "arn:aws:eks:ap-northeast-1:111122223333:cluster/mz-k8s"
ISSUER = "https://oidc.eks.ap-northeast-1.amazonaws.com/id/5F3A"
ANSWER: dict[str, Any] = {
    "name": "mz-k8s",
    "arn": ARN,
    "version": "1.31",
    "endpoint": "https://5F3A.gr7.ap-northeast-1.eks.amazonaws.com",
    "roleArn": "arn:aws:iam::111122223333:role/eks",
    "resourcesVpcConfig": {
        "subnetIds": ["subnet-1", "subnet-2"],
        "endpointPublicAccess": True,
        "endpointPrivateAccess": False,
        "publicAccessCidrs": ["203.0.113.0/24"],
    },
    "identity": {"oidc": {"issuer": ISSUER}},
    "status": "ACTIVE",
    "certificateAuthority": {"data": "LS0tLS1CRUdJTg=="},
    "platformVersion": "eks.12",
    "tags": {"Application": "another"},
}


def cluster() -> Cluster:
    return Cluster(name="mz-k8s").at(Place("111122223333", "aws", "ap-northeast-1")).marked(Owner("task-tool", "prod"))


def read(**changed: Any) -> Cluster:
    answer = {key: value for key, value in {**ANSWER, **changed}.items() if value is not None}
    found = feed(cluster().read(), {"describe_cluster": {"cluster": answer}})
    assert found is not None
    return found


def test_the_facts_of_a_cluster() -> None:
    found = read()
    assert found.arn == ARN
    assert found.status == "ACTIVE"
    assert found.version == "1.31"
    assert found.endpoint == ANSWER["endpoint"]
    assert found.certificate_authority == "LS0tLS1CRUdJTg=="
    assert found.issuer == ISSUER
    assert (found.public_access, found.private_access) == (True, False)
    assert found.public_access_cidrs == ("203.0.113.0/24",)
    assert found.usable


def test_a_cluster_that_is_being_created_has_no_endpoint_yet() -> None:
    found = read(status="CREATING", endpoint=None, certificateAuthority={}, identity=None)
    assert (found.endpoint, found.certificate_authority, found.issuer) == ("", "", "")
    assert not found.usable
    change = Making().change(cluster(), found)
    assert change.action is Action.REFUSE
    assert "CREATING" in change.reason


def test_only_not_found_is_absence() -> None:
    assert feed(cluster().read(), {"describe_cluster": error("ResourceNotFoundException")}) is None
    with pytest.raises(ApiError, match="AccessDeniedException"):
        feed(cluster().read(), {"describe_cluster": error("AccessDeniedException")})
    assert Making().change(cluster(), None).action is Action.REFUSE


@pytest.mark.parametrize("status", ["ACTIVE", "UPDATING"])
def test_nothing_is_done_to_it(status: str) -> None:
    found = read(status=status)
    assert Making().change(cluster(), found).action is Action.NONE
    assert Removing(removal=Removal(delete_data=True)).change(cluster(), found).action is Action.NONE


def test_it_says_why_it_has_no_examples() -> None:
    assert Cluster.examples() == ()
    assert Cluster.read_only
    assert not cluster().tags
