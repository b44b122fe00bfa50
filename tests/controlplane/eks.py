"""What AWS says of a cluster, and tokens for it: ours, and right and wrong ones as everybody else makes them."""

import base64
from datetime import UTC, datetime
from typing import Any

from botocore.credentials import Credentials
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceId
from botocore.signers import RequestSigner

from tasktool_infra.kube.token import eks_token
from tests.controlplane.cluster import Cluster
from tests.controlplane.token_check import CLUSTER_HEADER, PREFIX, Caller


def fake_eks(cluster: Cluster) -> dict[str, Any]:
    """Describe a cluster as the `cluster` of a DescribeCluster answer does."""
    return {
        "name": cluster.name,
        "arn": cluster.arn,
        "createdAt": datetime.now(UTC),
        "version": cluster.version,
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "endpoint": cluster.endpoint,
        "certificateAuthority": {"data": cluster.ca_data},
        "identity": {"oidc": {"issuer": cluster.issuer}},
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
        "roleArn": f"arn:aws:iam::{cluster.account}:role/eks-cluster",
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4"},
        "resourcesVpcConfig": {"endpointPublicAccess": True, "endpointPrivateAccess": False},
        "tags": {},
    }


def token_for(cluster: str, region: str, caller: Caller, **changes: Any) -> str:
    """Make a token by botocore's signer; `changes` make it a wrong one (host, action, header, expires)."""
    host = changes.get("host", f"sts.{region}.amazonaws.com")
    request = {
        "method": "GET",
        "url": f"https://{host}/?Action={changes.get('action', 'GetCallerIdentity')}&Version=2011-06-15",
        "headers": {changes.get("header", CLUSTER_HEADER): cluster},
        "body": {},
        "context": {},
    }
    credentials = Credentials(caller.access_key, caller.secret_key, caller.session_token or None)
    events = HierarchicalEmitter()  # held here: the signer itself does not
    signer = RequestSigner(ServiceId("STS"), region, "sts", "v4", credentials, events)
    url = signer.generate_presigned_url(request, "GetCallerIdentity", expires_in=changes.get("expires", 60))
    return as_token(url)


def our_token(cluster: str, region: str, caller: Caller) -> str:
    """Make a token as the project does."""
    credentials = Credentials(caller.access_key, caller.secret_key, caller.session_token or None)
    return eks_token(credentials, cluster=cluster, region=region)


def as_token(url: str) -> str:
    """Wrap a presigned URL as a token."""
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
