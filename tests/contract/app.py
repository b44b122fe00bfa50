"""A small application on a cluster: its objects as an overlay would render them, in a namespace of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.execute import Result, Run
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.survey import Item, survey
from tasktool_infra.kube.applyset import ApplySet
from tasktool_infra.kube.members import Members
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.workloads import Surroundings, workloads
from tests.contract.bench import ALL, OWNER, Bench
from tests.faults.injection import Script
from tests.faults.runs import plan_of

Body = dict[str, Any]


@frozen
class App:
    """The application; every call says which objects it has now."""

    bench: Bench
    host: Namespace

    @property
    def home(self) -> str:
        """The path of the namespace."""
        return f"/api/v1/namespaces/{self.host.name}"

    def items(self, objects: Iterable[Body], *, removing: bool = False) -> tuple[Item, ...]:
        """Give what a run is about."""
        placed = [evolve_in(body, self.host.name) for body in objects]
        around = Surroundings(application="app", namespace=self.host, accounts=(), place=self.bench.place, images=False)
        wanted = (self.host, *(each.marked(OWNER) for each in workloads(placed, around)))
        [parent] = [each for each in wanted if isinstance(each, ApplySet)]
        finder = Members(key=Key("members", "app"), layer="app", apply_set=parent, wanted=wanted, everything=removing)
        return (*wanted, finder)

    def plan(self, *objects: Body, goal: Goal | None = None) -> Plan:
        """Give the plan."""
        with self.bench._driver() as driver:
            return plan_of(survey(driver, self.items(objects), goal or Making())[0])

    def run(self, *objects: Body, only: int | None = None, hook: Script | None = None) -> Result:
        """Carry out what is missing, or the first changes of it only, as a run does that is killed then."""
        return self._run(self.items(objects), Making(), only, hook)

    def remove(self, *objects: Body) -> Result:
        """Remove everything but the namespace."""
        return self._run(self.items(objects, removing=True)[1:], ALL)

    def _run(self, items: tuple[Item, ...], goal: Goal, only: int | None = None, hook: Script | None = None) -> Result:
        self.bench.calls = hook or Script()
        with self.bench._driver() as driver:
            changes, found = survey(driver, items, goal)
            plan = plan_of(changes[:only])
            assert not plan.blocked, [f"{change.key}: {change.reason}" for change in plan.blocked]
            resources = {item.key: item for item in items if isinstance(item, Resource)}
            return Run(driver, plan, goal, resources, found).execute()

    @property
    def writes(self) -> list[str]:
        """What the last run wrote, in its order."""
        return [call.operation for call in self.bench.calls.calls if call.writes]

    def names(self, plural: str, group: str = "") -> list[str]:
        """Give the names of the objects that stand."""
        root = f"/apis/{group}/v1/namespaces/{self.host.name}" if group else self.home
        return [item["metadata"]["name"] for item in self.bench.raw.get(f"{root}/{plural}")["items"]]

    def parent(self) -> Mapping[str, str]:
        """Give the annotations of the ApplySet."""
        annotations: Mapping[str, str] = self.bench.raw.get(f"{self.home}/configmaps/app")["metadata"]["annotations"]
        return annotations


def evolve_in(body: Body, namespace: str) -> Body:
    """Give an object in a namespace."""
    return {**body, "metadata": {**body["metadata"], "namespace": namespace}}


def app_on(bench: Bench, name: str) -> App:
    """Give an application in a namespace of its own."""
    return App(bench, evolve(Namespace(name=name)).marked(OWNER))


def config(name: str, **data: str) -> Body:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def service(name: str) -> Body:
    spec = {"selector": {"app": name}, "ports": [{"port": 80, "protocol": "TCP"}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def deployment(name: str, uses: str, **more: Any) -> Body:
    labels = {"app": name}
    container = {"name": "app", "image": "app:1", "envFrom": [{"configMapRef": {"name": uses}}]}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template, **more}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
