"""What was found out about where a run would write, held against what was asked for.

A fact that could not be had is an error kept as a value; what depends on it is planned ``unknown``.
"""

import os
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call, Reading
from tasktool_infra.engine.driver import Driver, Failure, Outcome, Success, Task
from tasktool_infra.engine.errors import Interrupted, Refused, TasktoolError
from tasktool_infra.settings.environment import Environment
from tasktool_infra.values.frozen import FrozenDict
from tasktool_infra.values.urls import is_loopback

READY = frozenset({"ACTIVE", "UPDATING"})
COMING = frozenset({"CREATING", "PENDING"})


@frozen(kw_only=True)
class Target:
    """Where a run would write.

    ``cluster`` is what EKS says of the cluster, None when none is named, or the error that stood in the way; ``issuer``
    the URL of the cluster's token issuer, None while nobody knows it; ``server`` where a context leads that nothing
    else vouches for; ``alias`` what the account is called, empty when that is not known.
    """

    place: Place
    caller: str
    aws_endpoint: str
    sandbox: bool = False
    cluster: Cluster | TasktoolError | None = field(default=None, repr=False)
    issuer: str | None = None
    context: str | None = None
    server: str | None = None
    alias: str = ""

    @property
    def local(self) -> bool:
        """Whether AWS is an emulator on this machine."""
        return is_loopback(self.aws_endpoint)

    def facts(self) -> FrozenDict[str]:
        """Give what a plan holds of it: two plans for different targets are never equal."""
        facts = {"account": self.place.account, "partition": self.place.partition, "region": self.place.region}
        if isinstance(self.cluster, Cluster):
            facts["cluster"] = self.cluster.arn
        if self.context:
            facts["context"] = self.context
        if self.server:
            facts["server"] = self.server
        if self.issuer:
            facts["issuer"] = self.issuer
        if self.local:
            facts["aws"] = "sandbox" if self.sandbox else "emulator"
        return FrozenDict(facts)


def find(driver: Driver, connection: Connection, environment: Environment, *, sandbox: bool = False) -> Target:
    """Ask who the caller is and what the cluster is, side by side.

    Raises what the caller's identity raises; a fault of the cluster is kept in the target.
    """
    tasks = {"caller": Task(_caller()), "alias": Task(_alias())}
    if environment.eks_cluster_name:
        tasks["cluster"] = Task(Cluster(name=environment.eks_cluster_name).read())
    outcomes = driver.run(tasks)
    if driver.interrupted:
        raise Interrupted("Interrupted while finding out the target; nothing was written.")
    caller = _success(outcomes["caller"])
    cluster = _cluster(environment, outcomes.get("cluster"))
    return Target(
        place=Place(caller["Account"], connection.partition(), connection.region or ""),
        caller=caller["Arn"],
        aws_endpoint=connection.endpoint("sts"),
        sandbox=sandbox,
        cluster=cluster,
        issuer=_issuer(environment, cluster),
        context=environment.context,
        alias=_known(outcomes["alias"]),
    )


def _alias() -> Reading[str]:
    """Read what the account is called, beside who the caller is; an account has one alias or none."""
    answer = yield Call("iam", "list_account_aliases")
    return str(next(iter(answer["AccountAliases"]), ""))


def _known(outcome: Outcome) -> str:
    """Give the alias, or nothing where it can't be had: it helps people, and nothing depends on it."""
    return str(outcome.value) if isinstance(outcome, Success) else ""


def _caller() -> Reading[Any]:
    return (yield Call("sts", "get_caller_identity"))


def _success(outcome: Outcome) -> Any:
    if isinstance(outcome, Success):
        return outcome.value
    assert isinstance(outcome, Failure)
    raise outcome.error


def _cluster(environment: Environment, outcome: Outcome | None) -> Cluster | TasktoolError | None:
    if outcome is None:
        return None
    if isinstance(outcome, Failure):
        if isinstance(outcome.error, TasktoolError):
            return outcome.error
        raise outcome.error
    found: Cluster | None = _success(outcome)
    return found if found is not None else NoSuchCluster(environment)


class NoSuchCluster(Refused):
    """EKS says that the cluster does not exist."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(
            f"There is no EKS cluster {environment.eks_cluster_name!r} in this account and region.",
            next_step="Correct `eks_cluster_name` (or the region, the account); see: aws eks list-clusters",
        )


def _issuer(environment: Environment, cluster: Cluster | TasktoolError | None) -> str | None:
    found = cluster.issuer if isinstance(cluster, Cluster) else ""
    return environment.oidc_provider_url or found or None


def disagreements(environment: Environment, target: Target, context: tuple[str, str] | None) -> list[str]:
    """Give every way in which the target is not what was asked for; any of them forbids every write.

    ``context`` is endpoint and CA (PEM) of the kubeconfig context that is used, if one is.
    """
    found = []
    if environment.account and environment.account != target.place.account:
        found.append(
            f"the account is {target.place.account}, but {environment.name} is pinned to {environment.account}"
            f" ({_pin(environment)}); the caller is {target.caller}"
        )
    if environment.region and environment.region != target.place.region:
        found.append(f"the region is {target.place.region}, but {environment.name} is in {environment.region}")
    if target.sandbox and not target.local:
        found.append(f"the sandbox was asked for, but AWS is reached at {target.aws_endpoint}")
    found += [
        fault for arn in (environment.permissions_boundary, environment.kms_key_arn) for fault in _arn(arn, target)
    ]
    if isinstance(target.cluster, Cluster):
        found += _cluster_disagreements(environment, target, target.cluster, context)
    elif target.sandbox and context is not None:
        found.append(
            f"the sandbox was asked for, but the kubeconfig context {environment.context!r} leads to {context[0]}"
        )
    return found


def _pin(environment: Environment) -> str:
    """Give the places that may have named the account."""
    return f"--account, TASKTOOL_ACCOUNT or {environment.origin}" if environment.origin else "account"


def notes(environment: Environment, target: Target, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Give what is worth knowing of the target without standing in the way."""
    shell = os.environ if environ is None else environ
    names = [name for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if shell.get(name)]
    if target.sandbox or not environment.region or not names or shell[names[0]] == environment.region:
        return ()
    return (f"{names[0]} is {shell[names[0]]}; {environment.name} is in {environment.region}, which counts.",)


def _arn(arn: str | None, target: Target) -> list[str]:
    partition = arn.split(":")[1] if arn else target.place.partition
    return [f"{arn} is of partition {partition}, this is {target.place.partition}"] * (
        partition != target.place.partition
    )


def _cluster_disagreements(
    environment: Environment, target: Target, cluster: Cluster, context: tuple[str, str] | None
) -> list[str]:
    found = []
    account = cluster.arn.split(":")[4]
    if account != target.place.account:
        found.append(f"the cluster {cluster.name} is of account {account}, the caller of {target.place.account}")
    wanted = (environment.oidc_provider_url or "").removeprefix("https://")
    if wanted and cluster.issuer and wanted != cluster.issuer.removeprefix("https://"):
        found.append(
            f"the cluster's issuer is {cluster.issuer}, but oidc_provider_url is {environment.oidc_provider_url}"
        )
    if target.sandbox and not is_loopback(cluster.endpoint):
        found.append(f"the sandbox was asked for, but the cluster is at {cluster.endpoint}")
    if context is not None and not _same_authority(context[1], cluster.certificate_authority):
        found.append(
            f"the kubeconfig context {environment.context!r} leads to another cluster than {cluster.name}:"
            f" its certificate authority differs from that of EKS (endpoint {context[0]})"
        )
    return found


def _same_authority(found: str, told: str) -> bool:
    from tasktool_infra.kube.access import decoded_ca

    return found.split() == decoded_ca(told).split()
