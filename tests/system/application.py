"""The application where it is almost real: an AWS emulator of anybody's, a real control plane, and the scripts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from tests.controlplane.api import JSON, MERGE, Api
from tests.controlplane.cluster import Cluster
from tests.controlplane.eks import fake_eks
from tests.faults.proxy import Answer, Proxy, proxy
from tests.system.rollouts import eventually
from tests.system.terraform.emulator import ACCOUNT, REGION, Emulator, emulator
from tests.system.world import Done, Shell, shell_in

REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
PROGRAMS = ("task-service", "task-web", "task-reporter")
ISSUERS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/issuers.cert-manager.io"
NAMESPACE = "/api/v1/namespaces/prod"
ROOTS = {
    **dict.fromkeys(("configmaps", "services", "serviceaccounts", "pods"), "/api/v1"),
    "deployments": "/apis/apps/v1",
    "cronjobs": "/apis/batch/v1",
    "ingresses": "/apis/networking.k8s.io/v1",
}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@frozen
class Place:
    """Both clouds, and a shell whose variables lead there."""

    aws: Emulator
    api: Api
    cluster: Cluster
    shell: Shell
    settings: tuple[str, ...]
    command: Callable[..., Done]

    def run(self, script: str, *arguments: str, expect: int = 0) -> Done:
        """Run a command on the environment `prod`."""
        return self.command(script, "prod", *self.settings, *arguments, expect=expect)

    def push(self, program: str, tag: str = "1.0.0") -> None:
        """Push an image, as `docker push` does in the end."""
        digest = f"sha256:{program.encode().hex():0<64.64}"
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": digest}, "layers": []}
        self.aws.client("ecr").put_image(
            repositoryName=f"mamezou-tech/{program}", imageManifest=json.dumps(manifest), imageTag=tag
        )

    def names(self, plural: str) -> list[str]:
        """Give the names of the objects of a kind that carry the environment's label."""
        found = self.api.get(f"{ROOTS[plural]}/namespaces/prod/{plural}?labelSelector=env=prod")
        return [item["metadata"]["name"] for item in found["items"]]

    def patch(self, plural: str, name: str, change: Any) -> None:
        """Change an object as somebody else does."""
        self.api.call("PATCH", f"{ROOTS[plural]}/namespaces/prod/{plural}/{name}", change, MERGE).need()

    def clear(self) -> None:
        """Leave nothing in the cluster, and wait until it is so."""
        for path in (NAMESPACE, ISSUERS):
            self.api.call("DELETE", path)
        for path in (NAMESPACE, ISSUERS):
            eventually(lambda path=path: not self.api.call("GET", path).good, 30)  # type: ignore[misc]


@contextmanager
def place(
    cluster: Cluster, folder: Path, commands: Callable[[Shell], Callable[..., Done]] | None = None
) -> Iterator[Place]:
    """Make both clouds: the emulator is new, of the control plane only the namespace `prod` is used.

    ``commands`` makes, of a shell, what runs commands; else the scripts are run.
    """
    api = cluster.api()
    install_cert_manager_kinds(api)
    with emulator() as aws:
        issuer = aws.plant_cluster()
        shell = shell_in(
            folder,
            AWS_ENDPOINT_URL=aws.endpoint,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            KUBECONFIG=str(cluster.kubeconfig),
        )
        settings = ("--eks-cluster-name", "", "--context", cluster.arn, "--oidc-provider-url", issuer)
        made = Place(aws, api, cluster, shell, settings, commands(shell) if commands else shell.run)
        try:
            yield made
        finally:
            made.clear()


@contextmanager
def described(here: Place) -> Iterator[Proxy]:
    """Give a way to the emulator by which EKS describes the real cluster."""
    answer = json.dumps({"cluster": fake_eks(here.cluster)}, default=lambda moment: moment.timestamp()).encode()
    with proxy(here.aws.endpoint) as before:
        before.before = lambda call: Answer(200, answer, JSON) if call.path == "/clusters/mz-k8s" else None
        yield before


def install_cert_manager_kinds(api: Api) -> None:
    """Define Issuers as cert-manager does, without anybody who looks after them."""
    version: dict[str, Any] = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
        "subresources": {"status": {}},
    }
    names = {"plural": "issuers", "singular": "issuer", "kind": "Issuer", "listKind": "IssuerList"}
    spec = {"group": "cert-manager.io", "scope": "Namespaced", "names": names, "versions": [version]}
    manifest = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "issuers.cert-manager.io"},
        "spec": spec,
    }
    api.apply(ISSUERS, manifest)
    eventually(lambda: api.call("GET", "/apis/cert-manager.io/v1/issuers").good, 30)
