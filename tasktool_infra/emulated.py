"""How an environment for development is reached: a cluster nearby, and through it the emulator that stands for AWS.

Nothing of the caller's AWS counts: no keys, no profile, no endpoint, no call.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import define, frozen

from tasktool_infra.aws.connection import Connection, Embedded
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.transport import AwsTransport
from tasktool_infra.engine.calls import Call, Reading
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import ApiError, Problem, Refused, TasktoolError
from tasktool_infra.engine.events import Listeners
from tasktool_infra.engine.transport import Transport
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.emulator import ACCOUNT, KEYS, LABELS, NAME, PORT
from tasktool_infra.kube.kubeconfig import context_facts
from tasktool_infra.kube.portforward import LOOPBACK, PortForward
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.opening import Opened, driven, new_run_id
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target
from tasktool_infra.values.urls import is_near

CONTEXT, REGION = "minikube", "local"
"""What an environment has that does not say otherwise."""
SERVICES = ("dynamodb", "s3", "sts")
START = "Is it running? For minikube: minikube start"


@define(eq=False, kw_only=True)
class Emulated(Opened):
    """A driver whose AWS is an emulator in the cluster that it also leads to."""

    context: str
    server: str
    forward: PortForward

    def find(self, environment: Environment) -> Target:
        """Find out where the run would write; an emulator that is not there yet will be what the environment says."""
        return Target(
            place=Place(self._account(environment), self.connection.partition(), self.connection.region or ""),
            caller=KEYS[0],
            aws_endpoint=self.connection.endpoint("sts"),
            context=self.context,
            server=self.server,
        )

    def pods(self, environment: Environment) -> list[str]:
        """Give the pods of the emulator that take calls; none before it was started."""
        return list(self.driver.ask(_ready_pods(environment.namespace)))

    def _account(self, environment: Environment) -> str:
        assumed = environment.account or ACCOUNT
        if not self.pods(environment):
            return assumed
        try:
            return str(self.driver.ask(_identity())["Account"])
        except TasktoolError as error:
            # One that does not answer is shown as such by what is to be read in it, if anything is.
            if error.problem is not Problem.UNREACHABLE:
                raise
            return assumed

    def close(self) -> None:
        """Close the connections and the port on this machine."""
        super().close()
        self.forward.close()


@frozen
class EmulatorTransport:
    """AWS as the emulator serves it; what goes wrong on the way through the cluster is told as such."""

    aws: AwsTransport
    forward: PortForward

    def send(self, call: Call) -> Any:
        """Give the answer as plain data. Raises ApiError."""
        try:
            return self.aws.send(call)
        except ApiError as error:
            trouble = self.forward.trouble
            if error.answered or trouble is None:
                raise
            said = f"the emulator can't be reached through the cluster: {trouble.message}"
            step = trouble.next_step or f"See: kubectl -n {self.forward.namespace} get pods -l app={NAME}"
            raise ApiError(error.code, said, call=call.name, problem=Problem.UNREACHABLE, next_step=step) from error


@contextmanager
def opened(environment: Environment, listeners: Listeners) -> Iterator[Opened]:
    """Give what a run needs; raises Refused when the cluster may be anybody's, TasktoolError for a bad kubeconfig."""
    context, server = _nearby(environment)
    run_id = new_run_id()
    cluster = KubeTransport(ClusterAccess(run_id=run_id, context=context, hint=START))
    forward = PortForward(
        transport=cluster,
        find=lambda: _pod(cluster, environment.namespace),
        namespace=environment.namespace,
        port=PORT,
    )
    endpoint = f"http://{LOOPBACK}:{forward.local_port}"
    connection = Connection(run_id, environment.region or REGION, Embedded(endpoint, *KEYS))
    aws = EmulatorTransport(AwsTransport(connection), forward)
    transports: dict[str, Transport] = {kube_retries.SERVICE: cluster, **dict.fromkeys(SERVICES, aws)}

    def made(driver: Driver) -> Opened:
        return Emulated(
            run_id=run_id,
            driver=driver,
            connection=connection,
            transports=transports,
            services=SERVICES,
            context=context,
            server=server,
            forward=forward,
        )

    with driven(transports, listeners, made) as run:
        yield run


def _nearby(environment: Environment) -> tuple[str, str]:
    """Give the context and the server that it leads to; one that nobody has named must be near."""
    context = environment.context or CONTEXT
    server, _ = context_facts(context)
    if not environment.context and not is_near(server):
        raise Refused(
            f"The kubeconfig context {context!r} leads to {server}, which looks remote; nothing was written.",
            next_step=f"If it is for development all the same, name it: --context {context}",
        )
    return context, server


def _pod(cluster: KubeTransport, namespace: str) -> str:
    pods = list(ready(cluster.send(_list(namespace))))
    if not pods:
        raise TasktoolError(f"no pod of the emulator is ready in the namespace {namespace}")
    return pods[0]


def _ready_pods(namespace: str) -> Reading[list[str]]:
    return list(ready((yield _list(namespace))))


def _list(namespace: str) -> Call:
    selector = ",".join(f"{key}={value}" for key, value in LABELS.items())
    parameters = {"api_version": "v1", "kind": "Pod", "namespace": namespace, "selector": selector}
    return Call(kube_retries.SERVICE, "list", parameters)


def ready(pods: Mapping[str, Any]) -> Iterator[str]:
    """Give the names of the pods in a list that take calls, and go on doing so."""
    for pod in pods["items"]:
        conditions = {each["type"]: each["status"] for each in pod.get("status", {}).get("conditions", ())}
        if conditions.get("Ready") == "True" and not pod["metadata"].get("deletionTimestamp"):
            yield pod["metadata"]["name"]


def _identity() -> Reading[Any]:
    return (yield Call("sts", "get_caller_identity"))
