"""A cluster for development as its user has it: a context `minikube`, and pods whose port leads to a real emulator."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from attrs import frozen

from tests.contract.emulators import Emulator, ministack, moto
from tests.controlplane.api import Api
from tests.controlplane.cluster import Cluster
from tests.controlplane.kwok import forwarded
from tests.system.rollouts import eventually
from tests.system.world import Done, Shell, shell_in

EMULATORS = {"moto": lambda: moto("MOTO_ALLOW_NONEXISTENT_REGION=true"), "ministack": ministack}
DEFAULT, DEPLOYMENT = "/api/v1/namespaces/default", "/apis/apps/v1/namespaces/default/deployments/localstack"
MARKED = "labelSelector=app.kubernetes.io/managed-by=tasktool-infra"
PATHS = (
    *(f"{DEFAULT}/{plural}" for plural in ("services", "configmaps")),
    *(f"/apis/apps/v1/namespaces/default/{plural}" for plural in ("deployments",)),
    "/apis/batch/v1/namespaces/default/cronjobs",
    "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
)


@frozen
class Nearby:
    """The cluster, the emulator behind its pods, and a shell of its user."""

    cluster: Cluster
    emulator: Emulator
    shell: Shell
    inside: Callable[..., Done]

    @property
    def api(self) -> Api:
        """The cluster as its administrator sees it."""
        return self.cluster.api()

    def run(self, command: str, *arguments: str, expect: int = 0) -> Done:
        """Run a command on the environment `local`, in this process."""
        return self.inside(command, "local", *arguments, expect=expect)

    def aws(self, service: str) -> Any:
        """Give a client that goes past the cluster."""
        keys = {"aws_access_key_id": "localstack", "aws_secret_access_key": "localstack"}
        return boto3.client(service, region_name="local", endpoint_url=self.emulator.endpoint, **keys)

    @property
    def stored(self) -> tuple[list[str], list[str]]:
        """The names of the tables and of the buckets in the emulator."""
        buckets = self.aws("s3").list_buckets()["Buckets"]
        return self.aws("dynamodb").list_tables()["TableNames"], [bucket["Name"] for bucket in buckets]

    @property
    def ours(self) -> list[str]:
        """The names of all objects that carry our mark."""
        return [item["metadata"]["name"] for path in PATHS for item in self.api.get(f"{path}?{MARKED}")["items"]]

    def configuration(self, program: str) -> dict[str, str]:
        """Give the variables of a program, as its pods have them."""
        found = self.api.get(f"{DEFAULT}/configmaps?labelSelector=env=local")["items"]
        [data] = [item["data"] for item in found if program in item["metadata"]["name"]]
        return dict(data)

    def patch(self, path: str, change: Mapping[str, Any]) -> None:
        """Change an object as somebody else does."""
        self.api.call("PATCH", path, change, "application/merge-patch+json").need()

    def clear(self) -> None:
        """Leave nothing behind."""
        self.run("teardown", "--yes")
        eventually(lambda: not self.ours, 30)
        self.emulator.forget()


@contextmanager
def nearby(
    cluster: Cluster, emulator: Emulator, folder: Path, commands: Callable[[Shell], Callable[..., Done]]
) -> Iterator[Nearby]:
    """Lead the port of every pod in the namespace `default` to an emulator, and make a kubeconfig of a user."""
    cluster.play(forwarded("default", 4566, int(emulator.endpoint.rpartition(":")[2])))
    config = json.loads(cluster.kubeconfig.read_text())
    config["contexts"][0]["name"] = config["current-context"] = "minikube"
    file = folder / "kubeconfig"
    file.write_text(json.dumps(config))
    # Nothing of the caller's account may count: this leads nowhere.
    theirs = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "theirs"}
    shell = shell_in(folder, KUBECONFIG=str(file), **theirs)
    made = Nearby(cluster, emulator, shell, commands(shell))
    try:
        yield made
    finally:
        made.clear()
