"""Opens what a run needs: the way to AWS and to the cluster, one driver for both, and the target that it leads to."""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

from attrs import define, field, frozen

from tasktool_infra import target as targets
from tasktool_infra.aws import retries as aws_retries
from tasktool_infra.aws.authorization.denial import Caller
from tasktool_infra.aws.connection import Connection, Embedded
from tasktool_infra.aws.transport import SERVICES, AwsTransport
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import Refused, TasktoolError
from tasktool_infra.engine.events import Listeners, Noted
from tasktool_infra.engine.hooks import current_clock, current_hook
from tasktool_infra.engine.retry import joined
from tasktool_infra.engine.transport import Held, Transport
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.rendering import Renderings
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target

AT_ONCE = 3
"""How many services are asked before anything else is known: for the caller, the cluster and the account's alias."""


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
    renderings: Renderings = field(factory=Renderings)
    """What was begun to be rendered before it was known where AWS is."""

    def find(self, environment: Environment) -> Target:
        """Find out where the run would write."""
        return targets.find(self.driver, self.connection, environment, sandbox=self.sandbox)

    def close(self) -> None:
        """Close the connections to AWS and to the cluster."""
        self.connection.close()
        for transport in self.transports.values():
            if isinstance(transport, Held):
                transport.close()


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


def prepare(run: Opened, *modules: str) -> None:
    """Begin to make what will be needed while the first calls fly: clients, and modules that take long to import."""

    def make() -> None:
        # Whoever needs a client is told what is wrong with it.
        with suppress(TasktoolError):
            for service in run.services[:AT_ONCE]:
                run.connection.client(service)
        for module in modules:
            import_module(module)
        with suppress(TasktoolError):
            for service in run.services[AT_ONCE:]:
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
    wrong = targets.disagreements(environment, target, _context_facts(environment))
    if wrong:
        listed = "\n".join(f"  - {fault}" for fault in wrong)
        raise Refused(
            f"This is not the target that was asked for; nothing was written.\n{listed}",
            next_step="Correct the environment, or the credentials and the context that are used.",
        )


def _context_facts(environment: Environment) -> tuple[str, str] | None:
    if not environment.context:
        return None
    from tasktool_infra.kube.kubeconfig import context_facts

    return context_facts(environment.context)
