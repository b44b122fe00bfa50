"""An emulator of AWS in the cluster: one pod that keeps everything in memory, and the Service by which it is found.

Sources: moto documentation, "Server mode" and "Environment variables"; Kubernetes API reference.
"""

from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.resource import Departure, Example, Removal
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.readiness import Readiness
from tasktool_infra.values.frozen import freeze

NAME, PORT = "localstack", 4566
"""What the application calls it, in the ConfigMaps of its local overlay."""
ACCOUNT = "123456789012"
"""Whose everything in it is, unless an environment says otherwise. Source: moto's default."""
KEYS = ("localstack", "localstack")
"""The keys of its local overlay, which open nothing: whoever reaches the emulator may do everything."""
LABELS = {"app": NAME}
PROGRESS_DEADLINE = 300
MOST_MEMORY = "1Gi"


@frozen(kw_only=True)
class Emulator(Manifest):
    """The emulator's Deployment, which stands for AWS and so is of that layer.

    What is in it is reached by its pod alone, and lost when the pod is replaced.
    """

    kind = "emulator"
    layer = "aws"
    gateway = True

    def holds(self, live: Self | None) -> bool:
        """Say whether its pod runs and is not replaced by what an apply would change."""
        if live is None or not super().holds(live):
            return False
        return not any(path.startswith(".spec") for path, *_ in live.drift.entries)

    @property
    def readiness(self) -> Readiness | None:
        """What is waited for: without its pod there is no place for anything that stands in it."""
        ready = super().readiness
        return evolve(ready, pointless=None) if ready is not None else None

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete it, and say what that takes along."""
        departure = super().remove(live, removal)
        return evolve(departure, steps=tuple(map(_with_contents, departure.steps)))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give one whose image changes."""
        host = Namespace(name="example-emulator")
        wanted, _ = emulator(image="motoserver/moto:5.2.5", within=host)
        then, _ = emulator(image="motoserver/moto:5.2.6", within=host)
        return (
            Example(name="as it is", first=wanted, then=wanted, around=(host,)),
            Example(name="another image", first=wanted, then=then, around=(host,)),
        )


@frozen(kw_only=True)
class EmulatorService(Manifest):
    """The Service by which the application finds the emulator."""

    kind = "emulator_service"
    layer = "aws"

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give the one that there is."""
        host = Namespace(name="example-emulator-service")
        _, wanted = emulator(image="motoserver/moto:5.2.5", within=host)
        return (Example(name="as it is", first=wanted, then=wanted, around=(host,)),)


def _with_contents(step: Any) -> Any:
    return evolve(step, removes="everything in it") if isinstance(step, Call) else step


def emulator(*, image: str, within: Namespace, account: str = ACCOUNT) -> tuple[Emulator, EmulatorService]:
    """Give the Deployment and the Service of an emulator, which serves all of AWS on one port."""
    metadata = {"namespace": within.name, "name": NAME, "labels": LABELS}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": _spec(image, account)}
    ports = [{"name": "aws", "port": PORT, "protocol": "TCP", "targetPort": "aws"}]
    spec = {"selector": LABELS, "ports": ports}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    return Emulator(body=freeze(deployment), within=within), EmulatorService(body=freeze(service), within=within)


def _spec(image: str, account: str) -> dict[str, Any]:
    pod = {
        # The variables of Services would be taken for settings by some emulators.
        "enableServiceLinks": False,
        "automountServiceAccountToken": False,
        "containers": [_container(image, account)],
    }
    return {
        "replicas": 1,
        "progressDeadlineSeconds": PROGRESS_DEADLINE,
        # Two at once would be two worlds behind one name.
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": pod},
    }


def _container(image: str, account: str) -> dict[str, Any]:
    probe = {"tcpSocket": {"port": "aws"}}
    return {
        "name": NAME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": name, "value": value} for name, value in variables(account).items()],
        "ports": [{"name": "aws", "containerPort": PORT, "protocol": "TCP"}],
        "startupProbe": {**probe, "periodSeconds": 1, "failureThreshold": 120},
        "readinessProbe": {**probe, "periodSeconds": 5},
        # A restart loses everything: only what hangs for minutes is restarted.
        "livenessProbe": {**probe, "periodSeconds": 20, "failureThreshold": 9},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": MOST_MEMORY}},
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def variables(account: str) -> dict[str, str]:
    """Give the settings of moto, and those by which others serve the same; each ignores what it does not know."""
    return {
        "MOTO_PORT": str(PORT),
        "MOTO_ACCOUNT_ID": account,
        # The application calls its region `local`.
        "MOTO_ALLOW_NONEXISTENT_REGION": "true",
        "ALLOW_NONSTANDARD_REGIONS": "1",
        "GATEWAY_PORT": str(PORT),
        "MINISTACK_ACCOUNT_ID": account,
    }
