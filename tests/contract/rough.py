"""Runs over a rough way: what a test needs to put faults before a bench on a clock that it drives."""

from collections.abc import Callable, Sequence

from attrs import define, evolve, field

from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.oidc_provider import OidcProvider
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Goal
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.transport import Hook
from tests.contract.bench import Bench
from tests.contract.kinds import AWS, is_looked_at_only, kinds
from tests.faults.clock import FakeClock
from tests.faults.injection import Fault, Hooks, Script
from tests.faults.slow_tables import SlowTables


@define(eq=False)
class Rough:
    """A bench, the clock of its runs, and what was called."""

    bench: Bench
    clock: FakeClock = field(factory=FakeClock)
    script: Script = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.bench = evolve(self.bench, clock=lambda: self.clock)
        self.script = Script(clock=self.clock)

    def slow(self) -> SlowTables:
        """Let tables take the time that those of AWS take."""
        tables = SlowTables(self.bench.transports["dynamodb"], self.clock.now)
        self.bench = evolve(self.bench, transports={**self.bench.transports, "dynamodb": tables})
        return tables

    def run(self, resources: Sequence[Resource], *hooks: Hook | Fault, goal: Goal | None = None) -> Result:
        """Plan and carry out with faults and hooks in the way; what was called before is forgotten."""
        faults = [hook for hook in hooks if isinstance(hook, Fault)]
        others = tuple(hook for hook in hooks if not isinstance(hook, Fault))
        self.script = Script(faults, clock=self.clock)
        return self.bench.rough(Hooks((self.script, *others)), resources, goal)

    def planned(self, resources: Sequence[Resource], *faults: Fault, goal: Goal | None = None) -> tuple[Plan, float]:
        """Give a plan that was made with faults in the way, and the seconds that it took."""
        self.script, began = Script(list(faults), clock=self.clock), self.clock.now()
        plan = evolve(self.bench, calls=self.script).plan(*resources, goal=goal)
        return plan, self.clock.now() - began

    def took(self, run: Callable[[], Result]) -> tuple[Result, float]:
        """Give a result and the seconds that it took by the clock."""
        began = self.clock.now()
        return run(), self.clock.now() - began

    def works(self, resources: Sequence[Resource], *hooks: Hook | Fault, goal: Goal | None = None) -> Result:
        """Run, and hold that all is done, and that a further run finds nothing to do."""
        result = self.run(resources, *hooks, goal=goal)
        assert result.ok, told(result)
        if goal is None:
            self.bench.unchanged(*resources)
        return result


def everything(bench: Bench) -> list[Resource]:
    """Give one of each kind, in which policies know whose they are; MiniStack can't take the mark off a provider."""
    made = [kind for kind in kinds(AWS) if not is_looked_at_only(kind)]
    listed = [bench.example(kind.examples()[0]) for kind in made if bench.name == "moto" or kind is not OidcProvider]
    resources = {each.key: each for e in listed for each in (*e.around, e.first)}
    roles = frozenset(key.identity for key in resources if key.kind == Role.kind)
    return [evolve(each, roles=roles) if isinstance(each, Policy) else each for each in resources.values()]


def is_no_new_bucket(call: Call) -> bool:
    """Leave out the creation of which moto drops the tags: when it was not answered, it looks like a stranger's."""
    return call.operation != "create_bucket"


def told(result: Result) -> dict[Key, str]:
    """Give what failed, in words."""
    return {key: str(error) for key, error in result.failed.items()}
