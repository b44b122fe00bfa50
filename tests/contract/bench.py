"""What a kind is tried on: one API, the calls that reach it, and runs of the engine whose waits cost nothing."""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, evolve, field, frozen

from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.clock import Clock
from tasktool_infra.engine.decide import Goal, Making, Removing
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.execute import Result, Run
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Change, Plan
from tasktool_infra.engine.resource import Example, Removal, Resource
from tasktool_infra.engine.retry import Table
from tasktool_infra.engine.survey import Item, survey
from tasktool_infra.engine.transport import Hook, Transports
from tasktool_infra.kube.rbac import rights
from tasktool_infra.kube.retries import SERVICE
from tests.faults.clock import FakeClock
from tests.faults.injection import Script
from tests.faults.runs import plan_of

OWNER, STRANGER = Owner("examples", "test"), Owner("others", "elsewhere")
ALL = Removing(removal=Removal(delete_data=True))


@define(eq=False)
class Bench:
    """One API under the engine."""

    name: str
    transports: Transports
    table: Table
    place: Place
    raw: Any
    """The API itself, for changes by hand: a connection to AWS, or a cluster."""
    calls: Script = field(factory=Script)
    clock: Callable[[], Clock] = FakeClock
    forget: Callable[[], None] = lambda: None
    """Makes the API as it was at its start."""
    named: Callable[[Resource], Resource] = lambda resource: resource
    """Gives examples other names, where a name can't be had again at once."""

    def placed(self, resource: Resource, owner: Owner | None = OWNER) -> Resource:
        """Give a resource as a run wants it: with its marks, at its place."""
        marked = self.named(resource).marked(owner) if owner is not None else self.named(resource)
        return marked.at(self.place) if isinstance(marked, AwsResource) else marked

    def example(self, example: Example) -> Example:
        """Give an example with its marks, at its place."""
        around = tuple(map(self.placed, example.around))
        return evolve(example, first=self.placed(example.first), then=self.placed(example.then), around=around)

    def plan(self, *items: Item, goal: Goal | None = None) -> Plan:
        """Give the plan for some resources."""
        with self._driver() as driver:
            return plan_of(survey(driver, items, goal or Making())[0])

    def run(self, *items: Item, goal: Goal | None = None) -> "Ran":
        """Carry out what is missing; gives what was planned, done and written. Fails as soon as anything fails."""
        self.calls = Script()
        aim = goal or Making()
        with self._driver() as driver:
            changes, found = survey(driver, items, aim)
            plan = plan_of(changes)
            assert not plan.blocked, [f"{change.key}: {change.reason}" for change in plan.blocked]
            resources = {item.key: item for item in items if isinstance(item, Resource)}
            result = Run(driver, plan, aim, resources, found).execute()
        assert result.ok, [str(error) for error in result.failed.values()]
        # What AWS or the cluster asks permission for is known of every call.
        assert all(rights(c) if c.service == SERVICE else needs(c, Place()) for c in self.calls.calls)
        return Ran(plan, result, tuple(call.operation for call in self.calls.calls if call.writes))

    def rough(self, hook: Hook, resources: Iterable[Resource], goal: Goal | None = None) -> Result:
        """Plan and carry out with a hook that makes the way rough."""
        listed, aim = tuple(resources), goal or Making()
        with Driver(self.transports, self.table, self.clock(), hook) as driver:
            changes, found = survey(driver, listed, aim)
            return Run(driver, plan_of(changes), aim, {r.key: r for r in listed}, found).execute()

    def creates_again(self, resource: Resource) -> None:
        """Carry out the plan of a run that saw nothing there, although it is there by now."""
        self.calls = Script()
        plan = plan_of([Making().change(resource, None)])
        with self._driver() as driver:
            result = Run(driver, plan, Making(), {resource.key: resource}, {}).execute()
        assert result.ok, [str(error) for error in result.failed.values()]

    def unchanged(self, *resources: Resource) -> None:
        """Hold that nothing differs and nothing is written."""
        ran = self.run(*resources)
        assert [str(change.fields) for change in ran.plan.changes if change.fields] == []
        assert ran.plan.summary == "No changes."
        assert ran.writes == ()

    def removed(self, resources: Iterable[Resource], stays: Callable[[Change], bool] = lambda _: False) -> None:
        """Remove everything, data too, and hold that nothing is left and a second time does nothing."""
        listed = tuple(resources)
        self.run(*listed, goal=ALL)
        again = self.run(*listed, goal=ALL)
        assert again.writes == ()
        assert again.plan.summary == "No changes."
        assert [c.reason for c in again.plan.changes if not stays(c) and c.reason != "already gone"] == []

    def _driver(self) -> Driver:
        return Driver(self.transports, self.table, self.clock(), self.calls)


@frozen
class Ran:
    """What a run did: the operations that wrote, in their order."""

    plan: Plan
    result: Result
    writes: tuple[str, ...]

    @property
    def paths(self) -> set[str]:
        """What differed."""
        return {field.path for change in self.plan.changes for field in change.fields}

    @property
    def kept(self) -> set[str]:
        """What others added and keep."""
        return {kept for change in self.plan.changes for kept in change.kept}


def aws_bench(name: str, endpoint: str, region: str, account: str) -> Bench:
    """Give a bench on an emulator of AWS."""
    from tasktool_infra.aws import retries
    from tasktool_infra.aws.connection import Embedded
    from tasktool_infra.aws.transport import SERVICES, AwsTransport

    connection = Connection("contract", region, Embedded(endpoint, account, "secret"))
    transports: Transports = dict.fromkeys(SERVICES, AwsTransport(connection))
    return Bench(name, transports, retries.TABLE, Place(account, connection.partition(), region), connection)
