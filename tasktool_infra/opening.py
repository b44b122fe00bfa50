"""Opens what a run needs: the way to AWS and to the cluster, one driver for both, and the target that it leads to."""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

from attrs import define, frozen

from tasktool_infra import target as targets
from tasktool_infra.aws import retries as aws_retries
from tasktool_infra.aws.authorization.denial import Caller
from tasktool_infra.aws.connection import Connection, Embedded
from tasktool_infra.aws.eks_access import Introducer
from tasktool_infra.aws.eks_cluster import Cluster
from tasktool_infra.aws.transport import SERVICES, AwsTransport
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import Refused, TasktoolError
from tasktool_infra.engine.events import Listeners, Noted
from tasktool_infra.engine.hooks import current_clock, current_hook
from tasktool_infra.engine.retry import joined
from tasktool_infra.engine.transport import Transport
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.kube.access import ClusterAccess, decoded_ca
from tasktool_infra.kube.kubeconfig import context_facts
from tasktool_infra.kube.token import EksTokens
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target


@define(eq=False)
class Opened:
    """A driver with its transports, and the connection to AWS."""

    run_id: str
    driver: Driver
    connection: Connection
    transports: dict[str, Transport]
    sandbox: bool = False
    services: tuple[str, ...] = SERVICES
    """The services of AWS that a run needs."""

    def find(self, environment: Environment) -> Target:
        """Find out where the run would write."""
        return targets.find(self.driver, self.connection, environment, sandbox=self.sandbox)

    def close(self) -> None:
        """Close the connections to AWS and to the cluster."""
        self.connection.close()
        cluster = self.transports.get(kube_retries.SERVICE)
        if isinstance(cluster, KubeTransport):
            cluster.close()


@frozen
class SandboxFacts:
    """What a run needs of the sandbox."""

    embedded: Embedded
    region: str


@contextmanager
def opened(environment: Environment, listeners: Listeners, *, sandbox: bool) -> Iterator[Opened]:
    """Give what a run needs; credentials are resolved before anything runs side by side or draws.

    Raises ApiError without credentials, Refused without a region, SandboxError when the sandbox does not start.
    """
    run_id = new_run_id()
    embedded = _sandbox(environment, listeners) if sandbox else None
    region = environment.region or (embedded.region if embedded else None)
    connection = Connection(run_id, region, embedded.embedded if embedded else None)
    if not connection.region:
        raise Refused("No region is known.", next_step="Set `region` in environments.toml, --region, or AWS_REGION.")
    connection.credentials()
    aws = AwsTransport(connection)
    transports: dict[str, Transport] = dict.fromkeys(SERVICES, aws)
    with driven(transports, listeners, lambda driver: Opened(run_id, driver, connection, transports, sandbox)) as run:
        yield run


def new_run_id() -> str:
    """Give what the requests of one run have in common."""
    return uuid.uuid4().hex[:12]


@contextmanager
def driven(
    transports: dict[str, Transport], listeners: Listeners, make: Callable[[Driver], Opened]
) -> Iterator[Opened]:
    """Give what is made of a driver for some transports, and close it in the end."""
    table = joined((aws_retries.TABLE, kube_retries.TABLE))
    with Driver(transports, table, current_clock(), current_hook(), listeners) as driver:
        run = make(driver)
        try:
            yield run
        finally:
            run.close()


def _sandbox(environment: Environment, listeners: Listeners) -> SandboxFacts:
    from tasktool_infra import sandbox as sandboxes

    running = sandboxes.start(region=environment.region)
    listeners(Noted(at=0.0, text=sandboxes.describe(running)))
    keys = Embedded(running.aws_endpoint, running.access_key_id, running.secret_access_key)
    return SandboxFacts(keys, running.region)


def prepare_kubeconfig(environments: Iterable[Environment]) -> None:
    """Begin to import what reads kubeconfigs, which takes long, while AWS is being asked; where one is needed."""
    if any(each.context for each in environments):
        threading.Thread(target=import_module, args=("kubernetes.client",), daemon=True).start()


def prepare_clients(run: Opened) -> None:
    """Begin to make the clients that will be needed, in the order in which they are, while the first calls fly."""

    def make() -> None:
        # Whoever needs the client is told what is wrong with it.
        with suppress(TasktoolError):
            for service in run.services:
                run.connection.client(service)

    threading.Thread(target=make, daemon=True).start()


def find_target(opened_run: Opened, environment: Environment) -> Target:
    """Find out where the run would write; raises Refused when it is not what was asked for."""
    (target,) = find_targets(opened_run, (environment,))
    return target


def find_targets(opened_run: Opened, environments: Iterable[Environment]) -> list[Target]:
    """Give the target of each environment, asked for once where it is the same; raises as :func:`find_target`."""
    found: dict[tuple[str | None, ...], Target] = {}
    targets_found = []
    for each in environments:
        # What else an environment on an emulator says leads to another target, too.
        where = (
            each.eks_cluster_name,
            each.oidc_provider_url,
            each.context,
            None if each.aws == ACCOUNT else each.name,
        )
        if where not in found:
            found[where] = opened_run.find(each)
        _check(opened_run, each, found[where])
        targets_found.append(found[where])
    return targets_found


def _check(opened_run: Opened, environment: Environment, target: Target) -> None:
    opened_run.connection.caller = Caller(target.place, target.caller)
    context = context_facts(environment.context) if environment.context else None
    wrong = targets.disagreements(environment, target, context)
    if wrong:
        listed = "\n".join(f"  - {fault}" for fault in wrong)
        raise Refused(
            f"This is not the target that was asked for; nothing was written.\n{listed}",
            next_step="Correct the environment, or the credentials and the context that are used.",
        )


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
