"""Both Kubernetes APIs take every rendered object, strictly: first in a dry run, then really, and again unchanged."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.bundled import bundled
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.answers import NO_KIND
from tasktool_infra.kube.kustomize import manifests, program
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.sandbox.kubernetes.server import running
from tests.overlay_values import PROD, STAGING

NAMESPACE = "of-the-manifests"
IN_NAMESPACE = evolve(PROD, namespace=NAMESPACE)


@pytest.fixture(scope="module")
def embedded_transport() -> Iterator[KubeTransport]:
    with running() as server, ExitStack() as stack:
        yield opened(stack, server.endpoint, server.ca.decode(), server.admin_token)


@pytest.fixture(scope="module")
def real_transport(request: pytest.FixtureRequest) -> Iterator[KubeTransport]:
    cluster = request.getfixturevalue("real_cluster")
    with ExitStack() as stack:
        yield opened(stack, cluster.endpoint, cluster.ca.decode(), cluster.token)


def opened(stack: ExitStack, endpoint: str, ca: str, token: str) -> KubeTransport:
    access = ClusterAccess(run_id="manifests", endpoint=endpoint, ca=ca, tokens=StaticToken(token))
    transport = KubeTransport(access)
    stack.callback(transport.close)
    for name in (NAMESPACE, STAGING.namespace):
        apply(transport, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return transport


def apply(transport: KubeTransport, manifest: dict[str, Any], *, dry_run: bool = False) -> Any:
    return transport.send(Call("kubernetes", "apply", {"manifest": manifest, "dry_run": dry_run}))


@pytest.mark.parametrize("name", ["prod", "local"])
def test_kubectl_applies_the_overlays_as_they_are(name: str, tmp_path: Path) -> None:
    with running() as server:
        (tmp_path / "ca.crt").write_bytes(server.ca)
        way = [f"--server={server.endpoint}", f"--certificate-authority={tmp_path}/ca.crt", "--token"]
        kubectl = [program()[0], *way, server.admin_token]
        namespace = '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"}}'
        subprocess.run([*kubectl, "apply", "-f", "-"], input=namespace, text=True, check=True, capture_output=True)
        folder = bundled("kustomize") / "overlays" / name
        done = subprocess.run([*kubectl, "apply", "-k", folder], check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.count(" created\n") == {"prod": 9, "local": 6}[name]


def holds(live: Any, manifest: Any) -> bool:
    """Whether everything of the manifest stands in the answer; the server adds defaults."""
    if isinstance(manifest, dict):
        return all(key in live and holds(live[key], value) for key, value in manifest.items())
    if isinstance(manifest, list):
        return len(live) == len(manifest) and all(map(holds, live, manifest))
    return bool(live == manifest)


def tried(transport: KubeTransport, manifest: dict[str, Any]) -> None:
    assert holds(apply(transport, manifest, dry_run=True), manifest)
    first = apply(transport, manifest)
    again = apply(transport, manifest)
    assert holds(first, manifest)
    assert again["metadata"]["managedFields"][0] == first["metadata"]["managedFields"][0]
    assert again["metadata"].get("generation") == first["metadata"].get("generation")


@pytest.mark.parametrize("values", [IN_NAMESPACE, STAGING], ids=lambda values: values.name)
def test_the_embedded_server_takes_everything(embedded_transport: KubeTransport, values: Any) -> None:
    for manifest in manifests(values):
        tried(embedded_transport, manifest)


@pytest.mark.parametrize("values", [IN_NAMESPACE, STAGING], ids=lambda values: values.name)
def test_the_real_server_takes_everything_but_a_kind_that_it_does_not_know(
    real_transport: KubeTransport, values: Any
) -> None:
    unknown = []
    for manifest in manifests(values):
        try:
            tried(real_transport, manifest)
        except ApiError as error:
            unknown.append((manifest["kind"], error.code))
    assert unknown == [("Issuer", NO_KIND)]
