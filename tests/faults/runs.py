"""One run in the world of toys, as a whole: survey, plan, execution."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field
from tenacity import wait_exponential

from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.events import Event, Listener
from tasktool_infra.engine.execute import Result, Run
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Resource
from tasktool_infra.engine.retry import Patience, Rule, Table
from tasktool_infra.engine.survey import Item, survey
from tasktool_infra.engine.transport import Hook, NoHook
from tests.faults.clock import FakeClock
from tests.faults.world import World

EVENLY = wait_exponential(multiplier=1, max=8)
"""1, 2, 4, 8, 8 … seconds, so that tests can reckon."""
TABLE = Table(
    (
        Rule("Throttled", Patience("throttled", 60.0, EVENLY)),
        Rule("Timeout", Patience("no answer", 20.0, EVENLY), writes=False),
        Rule("Unreachable", Patience("no answer", 20.0, EVENLY)),
        Rule("NotYet", Patience("not yet visible", 30.0, EVENLY), written=True),
    )
)


@define(eq=False)
class Play:
    """A clock, a world, and what a run in it tells."""

    clock: FakeClock = field(factory=FakeClock)
    hook: Hook = field(factory=NoHook)
    events: list[Event] = field(factory=list)
    listener: Listener | None = None
    world: World = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.world = World(self.clock)

    @contextmanager
    def driver(self) -> Iterator[Driver]:
        """Give a driver into this world."""
        with Driver({"toys": self.world}, TABLE, self.clock, self.hook, self._tell) as driver:
            yield driver

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        if self.listener is not None:
            self.listener(event)

    def told(self, *sorts: type[Event]) -> list[Any]:
        """Give the events of some sorts."""
        return [event for event in self.events if isinstance(event, sorts)]

    def plan(self, *items: Item, goal: Goal | None = None) -> Plan:
        """Give the plan for some resources."""
        with self.driver() as driver:
            return plan_of(survey(driver, items, goal or Making())[0])

    def run(self, *resources: Resource, goal: Goal | None = None) -> Result:
        """Plan and carry out; needs no yes."""
        with self.driver() as driver:
            return self.run_with(driver, resources, goal or Making())

    def run_with(self, driver: Driver, resources: Iterable[Resource], goal: Goal) -> Result:
        """Plan and carry out with a driver that a test holds."""
        listed = tuple(resources)
        changes, found = survey(driver, listed, goal)
        plan = plan_of(changes)
        assert not plan.blocked, plan.blocked
        return Run(driver, plan, goal, {r.key: r for r in listed}, found).execute()


def plan_of(changes: Iterable[Any]) -> Plan:
    """Give a plan that holds some changes."""
    return Plan(command="provision", environment="test", version="1", target={"place": "here"}, changes=tuple(changes))
