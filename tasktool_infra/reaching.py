"""The way to the cluster: found by what EKS says of it, or by a context of the kubeconfig."""

from tasktool_infra.aws.eks_access import Introducer
from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.kube.access import ClusterAccess, decoded_ca
from tasktool_infra.kube.token import EksTokens
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.opening import Opened
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target


def reach(cluster: Cluster) -> str:
    """Give what EKS says of who can reach the cluster, as the next step for those who can't."""
    if not cluster.public_access:
        return (
            f"The cluster {cluster.name} has no public endpoint: reach it from its VPC, by VPN, or through a `context`."
        )
    if cluster.public_access_cidrs in ((), ("0.0.0.0/0",)):
        return f"The endpoint of {cluster.name} is open to every address: check network and proxy here."
    listed = ", ".join(cluster.public_access_cidrs)
    return f"The public endpoint of {cluster.name} lets in {listed} only: is your address among them?"


def _introducer(opened_run: Opened, environment: Environment, target: Target) -> Introducer | None:
    named = target.cluster if isinstance(target.cluster, Cluster) else Cluster.of(environment.context or "")
    return Introducer(opened_run.transports["iam"], named, target.caller) if named is not None else None


def connect_cluster(opened_run: Opened, environment: Environment, target: Target) -> None:
    """Add the transport of the cluster, when it is known how to reach it and it is not there yet."""
    if kube_retries.SERVICE in opened_run.transports:
        return
    introduce = _introducer(opened_run, environment, target)
    if environment.context:
        access = ClusterAccess(run_id=opened_run.run_id, context=environment.context, introduce=introduce)
    elif isinstance(target.cluster, Cluster) and target.cluster.endpoint:
        access = ClusterAccess(
            run_id=opened_run.run_id,
            endpoint=target.cluster.endpoint,
            hint=reach(target.cluster),
            introduce=introduce,
            ca=decoded_ca(target.cluster.certificate_authority),
            tokens=EksTokens(
                opened_run.connection.credentials,
                cluster=target.cluster.name,
                region=target.place.region,
                partition=target.place.partition,
            ),
        )
    else:
        return
    opened_run.transports[kube_retries.SERVICE] = KubeTransport(access)
