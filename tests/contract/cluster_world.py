"""A namespace on the real API server, objects in it, and what other hands do there with kubectl."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.execute import Result, Run
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Change
from tasktool_infra.engine.survey import survey
from tasktool_infra.engine.transport import Hook
from tasktool_infra.kube.kustomize import program
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.values.frozen import freeze
from tests.contract.bench import OWNER, Bench, Ran
from tests.contract.hands import path
from tests.controlplane.api import Api
from tests.controlplane.cluster import Cluster
from tests.faults.injection import Script
from tests.faults.runs import plan_of


@frozen(kw_only=True)
class ClusterWorld:
    """One namespace of a test's own."""

    bench: Bench
    cluster: Cluster
    namespace: Namespace = field(repr=False)

    @property
    def api(self) -> Api:
        """The administrator's view."""
        return self.cluster.api()

    def manifest(self, body: Mapping[str, Any], **metadata: Any) -> Manifest:
        """Give an object of ours in this namespace."""
        named = {"namespace": self.namespace.name, **body.get("metadata", {}), **metadata}
        made = Manifest(body=freeze({**body, "metadata": named}), within=self.namespace)
        placed = self.bench.placed(made)
        assert isinstance(placed, Manifest)
        return placed

    def config(self, name: str = "settings", **data: str) -> Manifest:
        """Give a ConfigMap."""
        return self.manifest({"apiVersion": "v1", "kind": "ConfigMap", "data": data}, name=name)

    def web(self, name: str = "web", *, replicas: int = 1, **more: Any) -> Manifest:
        """Give a Deployment; `more` belongs into its container."""
        return self.manifest(deployment(replicas, **more), name=name)

    def live(self, thing: Manifest) -> Any:
        """Read an object."""
        return self.api.get(path(thing))

    @property
    def owner(self) -> Owner:
        """Whose everything here is."""
        return OWNER

    def version(self, thing: KubeObject) -> str:
        """Give the version of an object, which every write changes."""
        return str(self.api.get(path(thing))["metadata"]["resourceVersion"])

    def quiet(self, thing: KubeObject) -> str:
        """Give the version of an object once its controller leaves it alone."""

        def version() -> str:
            before = self.version(thing)
            time.sleep(0.3)
            return before if self.version(thing) == before else ""

        return str(eventually(version))

    def run(self, *things: Manifest, **options: Any) -> Ran:
        """Make objects as wanted, with their namespace."""
        return self.bench.run(self.namespace, *things, **options)

    def plan(self, *things: Manifest, goal: Goal | None = None) -> tuple[Change, ...]:
        """Give what the plan does to objects, the namespace left out."""
        return self.bench.plan(self.namespace, *things, goal=goal).changes[1:]

    def unchanged(self, *things: Manifest) -> None:
        """Hold that nothing is written, and that no object has another version afterwards."""
        versions = [self.quiet(thing) for thing in things]
        self.bench.unchanged(self.namespace, *things)
        assert [self.version(thing) for thing in things] == versions

    def tried(self, *things: Any, hook: Hook | None = None, goal: Goal | None = None) -> tuple[Result, list[Call]]:
        """Plan and carry out, whatever becomes of it; give the result and the writes that were tried."""
        script = hook or Script()
        with Driver(self.bench.transports, self.bench.table, self.bench.clock(), script) as driver:
            changes, found = survey(driver, things, goal or Making())
            result = Run(driver, plan_of(changes), goal or Making(), {r.key: r for r in things}, found).execute()
        return result, [call for call in getattr(script, "calls", []) if call.writes]

    def kubectl(self, *arguments: str, stdin: Any = None, editor: str = "false") -> str:
        """Run kubectl as the administrator, in this namespace."""
        command = [program()[0], "--kubeconfig", str(self.cluster.kubeconfig), "-n", self.namespace.name, *arguments]
        text = json.dumps(stdin) if stdin is not None else None
        environ = {**os.environ, "KUBE_EDITOR": editor}
        done = subprocess.run(command, env=environ, input=text, text=True, check=True, capture_output=True, timeout=30)
        return done.stdout


@contextmanager
def definition(api: Api, kind: str, group: str) -> Iterator[None]:
    """Let the cluster know a kind for as long as the block lasts, with a status and no schema."""
    plural = f"{kind.lower()}s"
    name = f"{plural}.{group}"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema, "subresources": {"status": {}}}
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": [version]}
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": name}}
    at = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    api.call("POST", at, {**crd, "spec": spec}).need()
    assert eventually(lambda: api.call("GET", f"/apis/{group}/v1/{plural}").good)
    try:
        yield
    finally:
        api.call("DELETE", f"{at}/{name}").need()
        assert eventually(lambda: not api.call("GET", f"/apis/{group}/v1/{plural}").good)


def eventually(look: Callable[[], Any], seconds: float = 15) -> Any:
    """Look until there is an answer that is true, or time is up."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def deployment(replicas: int | None = 1, **more: Any) -> dict[str, Any]:
    """Give a Deployment with one container."""
    labels = {"app": "web"}
    pod = {"containers": [{"name": "web", "image": "web:1", **more}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "spec": spec if replicas is None else {"replicas": replicas, **spec},
    }
