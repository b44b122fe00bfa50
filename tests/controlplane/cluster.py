"""A Kubernetes control plane on loopback that looks like an EKS cluster, for as long as a `with` block lasts."""

import base64
import secrets
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.controlplane.api import Api
from tests.controlplane.build import program
from tests.controlplane.commands import COMMANDS, Settings
from tests.controlplane.files import write_files
from tests.controlplane.nodes import Nodes
from tests.controlplane.processes import Processes, processes
from tests.controlplane.token_check import Caller
from tests.controlplane.webhook import Webhook, webhook

ACCOUNT = "123456789012"
DEFAULT_ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


@frozen(kw_only=True)
class Cluster:
    """One running control plane: its facts, and what a test can do to it."""

    name: str
    region: str
    account: str
    endpoint: str
    issuer: str
    version: str
    ca: bytes
    token: str
    webhook: Webhook
    processes: Processes
    settings: Settings
    nodes: Nodes

    @property
    def ca_path(self) -> Path:
        """The CA as a file."""
        return self.processes.folder / "ca.crt"

    @property
    def ca_data(self) -> str:
        """The CA as DescribeCluster and kubeconfigs have it."""
        return base64.b64encode(self.ca).decode()

    @property
    def arn(self) -> str:
        """The cluster's name in AWS, and that of its kubeconfig context."""
        return arn(self.region, self.account, self.name)

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig of the administrator, readable by nobody else."""
        return self.processes.folder / "kubeconfig.json"

    def api(self, token: str | None = None) -> Api:
        """Look at the API as the bearer of a token does; as the administrator without one."""
        return Api(self.endpoint, self.ca.decode(), self.token if token is None else token)

    def add_nodes(self, count: int = 1, **options: Any) -> list[str]:
        """Add nodes and wait until they are ready; their names. Options are those of `kwok.node`."""
        if not self.processes.runs("kube-scheduler"):
            self.start("kube-scheduler")
        return self.nodes.add(count, **options)

    def play(self, *documents: Mapping[str, Any]) -> None:
        """Let pods fail or come late by stages of `kwok`; healthy again without any."""
        self.nodes.play(*documents)

    def stop(self, name: str) -> None:
        """Kill one program, for example `kube-apiserver`."""
        self.processes.stop(name)

    def start(self, name: str) -> None:
        """Start a program, again or at all, and wait until the API server serves (again)."""
        self.processes.start(name, COMMANDS[name](self.settings))
        wait_ready(self.processes, self.api())


@contextmanager
def control_plane(
    *,
    cluster_name: str = "mz-k8s",
    region: str = "ap-northeast-1",
    account: str = ACCOUNT,
    callers: Iterable[Caller] = (),
    scheduler: bool = False,
    controllers: bool = True,
    nodes: int = 0,
    stages: Iterable[Mapping[str, Any]] = (),
    server_names: Iterable[str] = (),
    apiserver_flags: Iterable[str] = (),
) -> Iterator[Cluster]:
    """Start a control plane; at the end of the block nothing of it is left.

    `callers` are the key pairs whose EKS tokens are accepted: one administrator when there are none. Nodes bring the
    scheduler with them; `stages` are further documents for kwok, which plays them.
    """
    known = tuple(callers) or (administrator(account),)
    with (
        webhook(cluster=cluster_name, region=region, callers=known) as hook,
        kept_port() as port,
        processes() as running,
    ):
        endpoint = f"https://127.0.0.1:{port}"
        name = arn(region, account, cluster_name)
        credentials = write_files(
            running.folder, endpoint=endpoint, context=name, webhook_url=hook.url, names=server_names
        )
        issuer = f"https://oidc.eks.{region}.amazonaws.com/id/{secrets.token_hex(16).upper()}"
        settings = Settings(find=find, port=port, issuer=issuer, apiserver_flags=tuple(apiserver_flags))
        api = Api(endpoint, credentials.ca.decode(), credentials.token)
        start_programs(running, settings, api, controllers=controllers, scheduler=scheduler or nodes > 0)
        cluster = Cluster(
            name=cluster_name,
            region=region,
            account=account,
            endpoint=endpoint,
            issuer=issuer,
            version=version(api),
            ca=credentials.ca,
            token=credentials.token,
            webhook=hook,
            processes=running,
            settings=settings,
            nodes=Nodes(api=api, processes=running, find=find),
        )
        if stages:
            cluster.play(*stages)
        if nodes:
            cluster.add_nodes(nodes)
        yield cluster


def administrator(account: str = ACCOUNT) -> Caller:
    """Map the key pair of AWS's own documentation to an administrator of the cluster."""
    return Caller(
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        arn=f"arn:aws:iam::{account}:user/admin",
        username="admin",
        groups=("system:masters",),
    )


def start_programs(running: Processes, settings: Settings, api: Api, *, controllers: bool, scheduler: bool) -> None:
    """Start the store with the API server, and the rest when that serves: before, it would look for it in vain."""
    running.start("etcd", COMMANDS["etcd"](settings))
    running.start("kube-apiserver", COMMANDS["kube-apiserver"](settings))
    wait_ready(running, api)
    if scheduler:
        running.start("kube-scheduler", COMMANDS["kube-scheduler"](settings))
    if controllers:
        name = "kube-controller-manager"
        running.start(name, COMMANDS[name](settings))
        running.wait(name, "the default ServiceAccount", lambda: api.call("GET", DEFAULT_ACCOUNT).good)


def wait_ready(running: Processes, api: Api) -> None:
    """Wait until the API server serves everything."""

    def ready() -> bool:
        try:
            return api.call("GET", "/readyz").good
        except (OSError, HTTPException):
            return False

    running.wait("kube-apiserver", "being ready", ready)


@contextmanager
def kept_port() -> Iterator[int]:
    """Keep a port of loopback that only we can share: bound, not listened on, it is ours even in a restart."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        keeper.bind(("127.0.0.1", 0))
        yield int(keeper.getsockname()[1])


def find(name: str) -> str:
    """Find a program as the command lines name it."""
    return str(program(name))


def arn(region: str, account: str, name: str) -> str:
    """Compute the ARN of an EKS cluster."""
    return f"arn:aws:eks:{region}:{account}:cluster/{name}"


def version(api: Api) -> str:
    """Ask for major and minor, as EKS calls its versions."""
    answer = api.get("/version")
    return f"{answer['major']}.{answer['minor'].rstrip('+')}"
