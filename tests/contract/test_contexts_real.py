"""Contexts of a kubeconfig on a real API server: a token that it no longer takes is asked for once more."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.transport import KubeTransport
from tests.controlplane.cluster import Cluster, administrator
from tests.controlplane.eks import token_for

GET = Call(SERVICE, "get", {"api_version": "v1", "kind": "Namespace", "name": "default"})
V1 = "client.authentication.k8s.io/v1"
# Gives what is in the first file left, and leaves the last one where it is.
PLUGIN = "echo >> asked; cat token; [ ! -e next ] || mv next token"


@frozen
class Context:
    """A context whose program gives a token, and a transport by it."""

    folder: Path
    transport: KubeTransport

    @property
    def asked(self) -> int:
        """How often the program was run."""
        return len((self.folder / "asked").read_text().splitlines())


@pytest.fixture
def context(real_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Context]]:
    """Give what makes a context whose program gives these tokens, one after the other."""
    made = []

    def make(*tokens: str) -> Context:
        for name, token in zip(("token", "next"), tokens, strict=False):
            credential = {"apiVersion": V1, "kind": "ExecCredential", "status": {"token": token}}
            (tmp_path / name).write_text(json.dumps(credential))
        config: Any = json.loads(real_cluster.kubeconfig.read_text())
        program = {"command": "sh", "args": ["-c", f"cd {tmp_path}; {PLUGIN}"], "interactiveMode": "Never"}
        config["users"][0]["user"] = {"exec": {"apiVersion": V1, **program}}
        (tmp_path / "kubeconfig").write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        access = ClusterAccess(run_id="run", context=real_cluster.arn, introduce=lambda: "an access entry is missing")
        made.append(Context(tmp_path, KubeTransport(access)))
        return made[-1]

    yield make
    for each in made:
        each.transport.close()


def stale(cluster: Cluster) -> str:
    return token_for(cluster.name, cluster.region, evolve(administrator(), secret_key="of another time"))


def test_a_token_that_is_no_longer_taken_is_asked_for_once_more(
    real_cluster: Cluster, context: Callable[..., Context]
) -> None:
    there = context(stale(real_cluster), token_for(real_cluster.name, real_cluster.region, administrator()))
    for _ in range(2):
        assert there.transport.send(GET)["metadata"]["name"] == "default"
    assert there.asked == 2


def test_whom_the_cluster_does_not_know_is_told_so_and_not_asked_on_and_on(
    real_cluster: Cluster, context: Callable[..., Context]
) -> None:
    there = context(stale(real_cluster))
    for _ in range(3):
        with pytest.raises(ApiError) as told:
            there.transport.send(GET)
        assert told.value.code == "Unauthorized"
        assert f"with: kubectl --context {real_cluster.arn} auth whoami\n" in told.value.next_step
        assert told.value.next_step.endswith("Where they come from EKS: an access entry is missing")
    assert there.asked == 2
