"""Which cluster may be used for development, which pod is the emulator's, and what is said when it can't be reached."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve

from tasktool_infra.emulated import EmulatorTransport, opened, ready
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, Refused, TasktoolError
from tasktool_infra.engine.events import Listeners
from tasktool_infra.order import Order
from tasktool_infra.running import planned
from tasktool_infra.settings import load

LOCAL = load.load("local", environ={})
NEAR, FAR = "https://192.168.49.2:8443", "https://ABC.gr7.eu-west-1.eks.amazonaws.com"
Write = Callable[[str, str], None]


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Let a context lead to a server."""

    def write(context: str, server: str) -> None:
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": {"token": "t"}}],
            "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}],
        }
        (tmp_path / "config").write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))

    return write


def target_of(context: str | None = None) -> Any:
    with opened(evolve(LOCAL, context=context), Listeners()) as run:
        return run.context, run.server  # type: ignore[attr-defined]


def test_minikube_is_meant_unless_another_is_named(kubeconfig: Write) -> None:
    kubeconfig("minikube", NEAR)
    assert target_of() == ("minikube", NEAR)
    kubeconfig("kind-kind", "https://127.0.0.1:6443")
    assert target_of("kind-kind") == ("kind-kind", "https://127.0.0.1:6443")


def test_one_that_looks_remote_must_be_named(kubeconfig: Write) -> None:
    kubeconfig("minikube", FAR)
    with pytest.raises(Refused, match=f"leads to {FAR}, which looks remote") as caught:
        target_of()
    assert caught.value.next_step.endswith("--context minikube")
    assert target_of("minikube") == ("minikube", FAR)


def test_a_context_that_is_not_there_is_said(kubeconfig: Write) -> None:
    kubeconfig("prod", FAR)
    with pytest.raises(TasktoolError, match="context 'minikube' can't be used"):
        target_of()


def test_an_account_and_an_emulator_are_not_worked_on_in_one_run() -> None:
    prod = load.load("prod", environ={})
    for environments in ((LOCAL, prod), (prod, LOCAL)):
        with pytest.raises(Refused, match="some on an emulator"):
            planned(Order(command="plan", environments=environments))


def pod(name: str, *, ready: str = "True", going: bool = False) -> dict[str, Any]:
    metadata = {"name": name, **({"deletionTimestamp": "2026-01-01T00:00:00Z"} if going else {})}
    return {"metadata": metadata, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


def test_only_a_pod_that_is_ready_and_stays_is_the_emulators() -> None:
    new = {"metadata": {"name": "new"}}
    pods = [new, pod("late", ready="False"), pod("going", going=True), pod("it")]
    assert list(ready({"items": pods})) == ["it"]


@define
class Broken:
    """A way that leads nowhere, and an AWS behind it."""

    trouble: TasktoolError | None
    namespace: str = "default"
    status: int = 0

    def send(self, call: Call) -> Any:
        raise ApiError("Reset", "http://127.0.0.1:1: closed", call=call.name, status=self.status)


def said(way: Broken) -> ApiError:
    transport = EmulatorTransport(way, way)  # type: ignore[arg-type]
    with pytest.raises(ApiError) as caught:
        transport.send(Call("s3", "head_bucket"))
    return caught.value


def test_what_goes_wrong_on_the_way_is_told_instead_of_a_closed_connection() -> None:
    error = said(Broken(TasktoolError("no pod is ready")))
    assert (error.code, error.said) == ("Reset", "the emulator can't be reached through the cluster: no pod is ready")
    assert error.next_step == "See: kubectl -n default get pods -l app=localstack"
    denied = said(Broken(TasktoolError("forbidden", next_step="Ask for a Role.")))
    assert denied.next_step == "Ask for a Role."


@pytest.mark.parametrize("way", [Broken(None), Broken(TasktoolError("earlier"), status=500)])
def test_what_the_emulator_itself_says_is_told_as_it_is(way: Broken) -> None:
    assert said(way).said == "http://127.0.0.1:1: closed"
