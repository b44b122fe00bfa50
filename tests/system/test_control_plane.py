"""The control plane that other tests rely on: it serves, judges tokens, runs pods, and leaves nothing behind."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from attrs import evolve

from tests.controlplane import kwok, nodes
from tests.controlplane.api import Api
from tests.controlplane.cluster import Cluster, administrator
from tests.controlplane.eks import fake_eks, our_token, token_for
from tests.controlplane.processes import NotStarted, processes
from tests.controlplane.sts import Sts, judged
from tests.controlplane.token_check import Refused

ROOT = Path(__file__).parents[2]
KILLED = """
import json, time
from tests.controlplane.build import program
from tests.controlplane.commands import Settings, etcd
from tests.controlplane.processes import processes
with processes() as running:
    store = running.start("etcd", etcd(Settings(find=lambda name: str(program(name)), port=0, issuer="")))
    running.wait("etcd", "its socket", (running.folder / "etcd.sock").exists)
    print(json.dumps([str(running.folder), running.supervisor.pid, store]), flush=True)
    time.sleep(60)
"""


def eventually(look: Callable[[], Any], deadline: float = 10) -> Any:
    """Return the first answer that is true."""
    end = time.monotonic() + deadline
    while not (found := look()):
        assert time.monotonic() < end, look()
        time.sleep(0.03)
    return found


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture
def as_eks(real_cluster: Cluster) -> Api:
    """Look at the API with the administrator's EKS token."""
    return real_cluster.api(our_token(real_cluster.name, real_cluster.region, administrator()))


@pytest.fixture
def namespace(as_eks: Api, request: pytest.FixtureRequest) -> str:
    """Make a namespace of the test's own, with a ServiceAccount."""
    name = str(request.node.name).replace("_", "-")[:60]
    path = f"/api/v1/namespaces/{name}"
    as_eks.apply(path, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    metadata = {"name": "app", "namespace": name, "labels": {"app": "app"}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    as_eks.apply(f"{path}/serviceaccounts/app", account)
    return name


def deployment(namespace: str, name: str = "app", *, image: str = "app:1", account: str = "app") -> dict[str, Any]:
    labels = {"app": name}
    pod = {"serviceAccountName": account, "containers": [{"name": "app", "image": image}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def path_of(manifest: dict[str, Any]) -> str:
    metadata = manifest["metadata"]
    return f"/apis/apps/v1/namespaces/{metadata['namespace']}/deployments/{metadata['name']}"


def conditions(api: Api, path: str) -> dict[str, dict[str, Any]]:
    found = api.get(path)["status"].get("conditions", [])
    return {condition["type"]: condition for condition in found}


def test_looks_like_an_eks_cluster(real_cluster: Cluster) -> None:
    facts = fake_eks(real_cluster)
    assert facts["status"] == "ACTIVE"
    assert facts["version"] == "1.36"
    served = real_cluster.api().get("/.well-known/openid-configuration")
    assert served["issuer"] == facts["identity"]["oidc"]["issuer"]
    assert stat.S_IMODE(real_cluster.kubeconfig.stat().st_mode) == 0o600
    config = json.loads(real_cluster.kubeconfig.read_text())
    assert config["current-context"] == facts["arn"]
    assert config["clusters"][0]["cluster"]["certificate-authority-data"] == facts["certificateAuthority"]["data"]


def test_takes_an_eks_token_and_server_side_apply(as_eks: Api, namespace: str) -> None:
    account = as_eks.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/app")
    assert account["metadata"]["managedFields"][0]["manager"] == "test-harness"
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    user = as_eks.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review).need()["status"]["userInfo"]
    assert user["username"] == "admin"
    assert "system:masters" in user["groups"]


def test_refuses_bad_tokens(real_cluster: Cluster) -> None:
    admin = administrator()
    for token in ("nonsense", token_for("other", real_cluster.region, admin)):
        assert real_cluster.api(token).call("GET", "/api/v1/namespaces").status == 401
    assert "signature" in real_cluster.webhook.refusals[-1]


def test_whoever_is_mapped_without_rights_is_forbidden(real_cluster: Cluster) -> None:
    guest = evolve(administrator(), access_key="AKIAGUEST", username="guest", groups=())
    token = token_for(real_cluster.name, real_cluster.region, guest)
    assert real_cluster.api(token).call("GET", "/api/v1/namespaces").status == 401
    real_cluster.webhook.callers[guest.access_key] = guest
    assert real_cluster.api(token).call("GET", "/api/v1/namespaces?limit=1").status == 403


def test_aws_iam_authenticator_agrees(real_cluster: Cluster, real_judge: Sts) -> None:
    token = our_token(real_cluster.name, real_cluster.region, administrator())
    assert judged(token, cluster=real_cluster.name, sts=real_judge)["ARN"] == administrator().arn
    with pytest.raises(Refused, match="SignatureDoesNotMatch"):
        judged(token, cluster="other", sts=real_judge)
    assert [status for _, status in real_judge.requests] == [200, 403]


def test_pods_come_up(as_eks: Api, namespace: str) -> None:
    manifest = deployment(namespace)
    as_eks.apply(path_of(manifest), manifest)
    eventually(lambda: as_eks.get(path_of(manifest))["status"].get("availableReplicas") == 2)


def test_a_missing_service_account_is_reported(as_eks: Api, namespace: str) -> None:
    manifest = deployment(namespace, account="absent")
    as_eks.apply(path_of(manifest), manifest)
    failure = eventually(lambda: conditions(as_eks, path_of(manifest)).get("ReplicaFailure"))
    assert 'serviceaccount "absent" not found' in failure["message"]


def test_pods_fail_as_a_test_wants(real_cluster: Cluster, as_eks: Api, namespace: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(kwok.log_text("no table"))
    real_cluster.play(kwok.never_pulled("^absent:"), kwok.crashing("^broken:"), kwok.logs(str(log)))
    for name in ("absent", "broken", "healthy"):
        manifest = deployment(namespace, name, image=f"{name}:1")
        as_eks.apply(path_of(manifest), manifest)

    def states() -> dict[str, str]:
        pods = as_eks.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
        shown = {pod["metadata"]["name"]: pod["status"].get("containerStatuses", []) for pod in pods}
        return {
            name.partition("-")[0]: state[0]["state"].get("waiting", {}).get("reason", "up")
            for name, state in shown.items()
            if state
        }

    expected = {"absent": "ImagePullBackOff", "broken": "CrashLoopBackOff", "healthy": "up"}
    eventually(lambda: states() == expected)
    pods = as_eks.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector=app=broken")["items"]
    lines = as_eks.call("GET", f"/api/v1/namespaces/{namespace}/pods/{pods[0]['metadata']['name']}/log").need()
    assert lines == "no table\n"
    real_cluster.play()


def test_a_port_that_somebody_took_is_left_to_them(real_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        ports = [nodes.free_port(), somebody.getsockname()[1]]
        monkeypatch.setattr(nodes, "free_port", ports.pop)
        real_cluster.play()
    assert not ports
    assert real_cluster.processes.runs("kwok")


def test_the_api_server_can_die_and_come_back(real_cluster: Cluster, as_eks: Api, namespace: str) -> None:
    real_cluster.stop("kube-apiserver")
    with pytest.raises(URLError):
        as_eks.get("/version")
    real_cluster.start("kube-apiserver")
    assert as_eks.get(f"/api/v1/namespaces/{namespace}")["metadata"]["name"] == namespace


@pytest.mark.usefixtures("real_programs")
def test_nothing_is_left_when_the_tests_are_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        folder, *pids = json.loads(tests.stdout.readline())
        assert all(map(alive, pids))
        tests.kill()
    eventually(lambda: not any(map(alive, pids)), 5)
    assert not Path(folder).exists()


def test_programs_end_with_the_block_and_with_their_supervisor() -> None:
    with processes() as running:
        pid = running.start("sleep", ["sleep", "60"])
        assert running.runs("sleep")
    assert not alive(pid)
    assert not running.folder.exists()
    with processes() as running:
        pid = running.start("sleep", ["sleep", "60"])
        os.kill(running.supervisor.pid, signal.SIGKILL)
        eventually(lambda: not alive(pid), 5)
    assert not running.folder.exists()


def test_a_program_that_ends_is_reported_with_its_last_words() -> None:
    with processes() as running:
        running.start("etcd", ["sh", "-c", "echo no space left; exit 3"])
        with pytest.raises(NotStarted, match="no space left"):
            running.wait("etcd", "serving", lambda: False)
