"""The environment `prod` with all of its layers, in a cloud and a cluster of this process."""

import functools
import json
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field

from tasktool_infra import orders, proving, running
from tasktool_infra.aws import retries as aws_retries
from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.transport import SERVICES
from tasktool_infra.doctor.examine import examine
from tasktool_infra.doctor.finding import Finding
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.retry import joined
from tasktool_infra.engine.transport import Hook, NoHook, Transport
from tasktool_infra.init.begin import Beginning
from tasktool_infra.kube import kustomize
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.opening import Opened
from tasktool_infra.order import Order
from tasktool_infra.proving import Verification
from tasktool_infra.settings.environment import Environment
from tests.crash.cloud import ACCOUNT, KEYS, Cloud, cloud
from tests.crash.cluster import Cluster, way_to
from tests.faults.stage import Stage, StagedRun

ROOT = Path(__file__).parents[2]
LAYERS = ("aws", "access", "app")
SETTINGS = {"account": ACCOUNT, "domain": "task.example.com", "email": "you@example.com"}
TABLE = joined((aws_retries.TABLE, kube_retries.TABLE))
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
AGAIN = 2.0
"""Seconds from the end of a run to the next one."""


@functools.cache
def order(command: str, only: tuple[str, ...] = LAYERS, **more: str) -> Order:
    """Give what a run is told: all layers or some, data too, and a yes to what the plan lists."""
    config = ROOT / "environments.toml"
    made = orders.order(command, "prod", only=only, config=config, given=SETTINGS | more, confirm=True)
    return evolve(made, delete_data=command == "teardown", signals=())


@define(eq=False)
class Prod:
    """Both worlds, and runs in them."""

    stage: Stage
    cloud: Cloud
    cluster: Any
    """One of this process, or what stands for one on a server."""
    order: Callable[[str], Order] = order
    hook: Hook = field(factory=NoHook)

    def run(self, command: str, staged: StagedRun | None = None) -> Result:
        """Carry out a command; raises what stood in the way."""
        with self.opened(staged) as opened:
            return running.carry_out(self.order(command), opened)

    def plan(self) -> Plan:
        """Give the plan of a provision."""
        with self.opened() as opened:
            return running._plan(self.order("plan"), opened).plan

    def verify(self) -> Verification:
        """Give all claims."""
        with self.opened() as opened:
            return proving.look(order("verify"), opened)

    def doctor(self) -> list[Finding]:
        """Give what a run will need."""
        with self.opened() as opened:
            return list(examine(opened, order("plan").environments[0]))

    def init(self) -> tuple[list[str], Plan]:
        """Begin the environment anew; give what is told of what was found, and the plan that is shown then."""
        begun = Environment(name="prod", domain=SETTINGS["domain"], email=SETTINGS["email"])
        told: list[str] = []
        beginning = Beginning(name="prod", given={}, ask=None, tell=told.append)
        with self.opened() as opened:
            beginning.find(opened, begun)
        asked = evolve(order("plan"), environments=(evolve(begun, **beginning.values),))
        with self.opened() as opened:
            return told, running._plan(asked, opened).plan

    @contextmanager
    def opened(self, staged: StagedRun | None = None) -> Iterator[Opened]:
        """Give what a run needs, on the stage."""
        here = staged or self.stage.enter()
        transports: dict[str, Transport] = dict.fromkeys(SERVICES, self.cloud)
        with Driver(transports, TABLE, here, self.hook, threads=here) as driver:
            yield Opened("crash", driver, self.cloud.raw, transports, sandbox=False)

    def state(self) -> Hashable:
        """Give what tells whether anything has changed."""
        under_way = tuple(tuple(state.doing.items()) for state in self.cloud.tables.tables.values())
        return self.cloud.writes, self.cluster.api.objects.store.revision, under_way

    def push(self) -> None:
        """Push all images, as CI does."""
        for program in ("task-service", "task-web", "task-reporter"):
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": program}, "layers": []}
            self.cloud.client("ecr").put_image(
                repositoryName=f"mamezou-tech/{program}", imageManifest=json.dumps(manifest), imageTag="1.0.0"
            )

    def whole(self) -> None:
        """Make the environment, images and all."""
        for _ in range(2):
            self.run("provision")
            self.stage.advance(AGAIN)
            if not self.cloud.client("ecr").list_images(repositoryName="mamezou-tech/task-web")["imageIds"]:
                self.push()


@contextmanager
def prepared(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the product reach the cluster of this process, and render the overlay once only."""
    for name, value in KEYS.items():
        patch.setenv(name, value)
    patch.setattr(kustomize, "manifests", functools.cache(kustomize.manifests))
    yield


def prod(connection: Connection, patch: pytest.MonkeyPatch) -> Prod:
    """Give worlds in which nothing of ours stands."""
    stage = Stage()
    made = Prod(stage, cloud(stage, connection), Cluster(stage))
    way = way_to(made.cluster)
    patch.setattr(ClusterAccess, "connect", lambda _: way)
    return made
