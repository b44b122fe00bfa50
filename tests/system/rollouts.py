"""Objects on a real control plane whose pods do as a test wants, and runs that roll them out."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.aws.ecr_image import Image
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.execute import Result, Run
from tasktool_infra.engine.foresight import foreseen
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Resource
from tasktool_infra.engine.survey import survey
from tasktool_infra.engine.transport import Transports
from tasktool_infra.kube import retries
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.values.frozen import freeze
from tests.controlplane.api import Api
from tests.controlplane.cluster import Cluster
from tests.faults.injection import Script
from tests.faults.runs import plan_of

PLACE = Place("123456789012", "aws", "ap-northeast-1")
REGISTRY = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
OWNER = Owner("task-tool", "rollouts")


@define
class Registry:
    """An ECR that holds the images of some tags, all for one processor."""

    tags: set[str] = field(factory=set)
    architecture: str = "amd64"

    def send(self, call: Call) -> Any:
        tag = call.parameters["imageIds"][0]["imageTag"]
        if call.operation == "describe_images" and tag not in self.tags:
            raise ApiError("ImageNotFoundException", "no such image", call=call.name, status=400)
        if call.operation == "describe_images":
            return {"imageDetails": [{"imageDigest": "sha256:1"}]}
        built = [{"platform": {"architecture": name, "os": "linux"}} for name in (self.architecture, "unknown")]
        return {"images": [{"imageManifest": json.dumps({"manifests": built})}]}


@frozen
class Rollouts:
    """A namespace of a real cluster, and runs that make things in it."""

    api: Api
    access: ClusterAccess
    host: Namespace
    registry: Registry = field(factory=Registry)
    calls: Script = field(factory=Script)

    def plan(self, *resources: Resource) -> Plan:
        """Give the plan, with what it foresees."""
        with self._driver() as driver:
            return plan_of(foreseen(driver, survey(driver, resources, Making())[0]))

    def run(self, *resources: Resource, goal: Goal | None = None) -> Result:
        """Carry out what is missing, whatever comes of it."""
        aim = goal or Making()
        with self._driver() as driver:
            changes, found = survey(driver, resources, aim)
            plan = plan_of(changes)
            assert not plan.blocked, [change.reason for change in plan.blocked]
            return Run(driver, plan, aim, {r.key: r for r in resources}, found).execute()

    def why(self, *resources: Resource) -> str:
        """Give what is said of the one thing that fails."""
        [error] = self.run(*resources).failed.values()
        return str(error)

    def deployment(self, name: str, image: str, *, deadline: int = 2, replicas: int = 1, **pod: Any) -> Manifest:
        """Give a Deployment of one container, with its image among what it needs where that is ours."""
        spec = {"replicas": replicas, "progressDeadlineSeconds": deadline, **pods_of(name, image, **pod)}
        known = Image.of(image, PLACE)
        return self.object(
            "apps/v1",
            "Deployment",
            name,
            {"spec": spec},
            requires=(known,) if known else (),
        )

    def object(
        self, version: str, kind: str, name: str, content: Any, *, requires: Iterable[Resource] = (), **metadata: Any
    ) -> Manifest:
        """Give an object in the namespace."""
        named = {"name": name, "namespace": self.host.name, **metadata}
        body = freeze({"apiVersion": version, "kind": kind, "metadata": named, **content})
        return Manifest(body=body, within=self.host, requires=tuple(requires)).marked(OWNER)

    def path(self, plural: str, name: str, group: str = "apps/v1") -> str:
        """Give where an object of the namespace is."""
        return f"/apis/{group}/namespaces/{self.host.name}/{plural}/{name}"

    def _driver(self) -> Driver:
        transport = KubeTransport(self.access)
        transports: Transports = {retries.SERVICE: transport, "ecr": self.registry}
        return Driver(transports, retries.TABLE, hook=self.calls)


def pods_of(name: str, image: str, **pod: Any) -> dict[str, Any]:
    """Give selector and template of what runs pods of one container."""
    labels = {"app": name}
    container = {"name": "app", "image": image, **pod.pop("container", {})}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}}
    return {"selector": {"matchLabels": labels}, "template": template}


@contextmanager
def rollouts(cluster: Cluster, name: str) -> Iterator[Rollouts]:
    """Give an empty namespace; it goes with the cluster."""
    access = ClusterAccess(
        run_id="rollouts", endpoint=cluster.endpoint, ca=cluster.ca.decode(), tokens=StaticToken(cluster.token)
    )
    made = Rollouts(cluster.api(), access, Namespace(name=name).marked(OWNER))
    assert made.run(made.host).ok
    yield made


def eventually(look: Callable[[], Any], seconds: float = 10) -> Any:
    """Give the first answer that is true."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
    return found
