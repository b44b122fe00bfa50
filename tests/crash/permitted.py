"""What commands say and do when just what `permissions` prints is allowed, or that less one action."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from attrs import define, field, frozen

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.plan import BLOCKING, Plan
from tasktool_infra.kube.rbac import Right
from tasktool_infra.least_privilege.grant import Grant, grant
from tasktool_infra.least_privilege.needed import COMMANDS, DOCTOR, INIT, PLAN, PROVISION, TEARDOWN, VERIFY
from tasktool_infra.proving import Verification
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target
from tests.crash.aside import aside
from tests.crash.cloud import ISSUER
from tests.crash.guard import PLACE, Guard
from tests.crash.prod import Prod, order
from tests.crash.scenarios import SCENARIOS, Scenario, view

ROLLOUT = next(scenario for scenario in SCENARIOS if scenario.name == "rollout")
TARGET = Target(place=PLACE, caller="", aws_endpoint="", issuer=ISSUER)


@cache
def granted(command: str) -> Grant:
    """Give what is printed for a command."""
    begun = Environment(name="prod") if command == INIT else order("plan").environments[0]
    return grant(begun, command, TARGET)


@frozen(kw_only=True)
class Ran:
    """One run: all that it says or leaves, what it was allowed and refused, by their names."""

    said: str
    actions: tuple[str, ...] = field(converter=tuple)
    rights: tuple[str, ...] = field(converter=tuple)
    refused: tuple[str, ...] = field(converter=tuple)


@define
class Heard:
    """All runs of one command: the undisturbed ones, and without which actions it said or left something else."""

    ran: list[Ran] = field(factory=list)
    tried: set[str] = field(factory=set)
    missed: set[str] = field(factory=set)

    def names(self, of: str) -> set[Any]:
        """Give all actions or rights of the undisturbed runs."""
        return {each for ran in self.ran for each in getattr(ran, of)}


def heard(worlds: Callable[[], Prod], every: int) -> dict[str, Heard]:
    """Run each command in each situation, then without each action or right that it needed there (of ``every`` one)."""
    found = {command: Heard() for command in COMMANDS}
    for scenario in SCENARIOS:
        world = worlds()
        world.cloud.client("iam").create_account_alias(AccountAlias="crash")
        scenario.ready(world)
        for command, all_of_it in found.items():
            undisturbed = run(command, world)
            all_of_it.ran.append(undisturbed)
            for name in _due(command, scenario, undisturbed, every) - all_of_it.missed:
                all_of_it.tried.add(name)
                if run(command, world, name).said != undisturbed.said:
                    all_of_it.missed.add(name)
    return found


def _due(command: str, scenario: Scenario, ran: Ran, every: int) -> set[str]:
    """Give what is left out in its turn, the same in each situation; of the cluster, where all of it is needed."""
    printed = granted(command)
    names = sorted({*(need.action for need in printed.needs), *map(named, printed.rights)})
    return {*names[::every]} & {*ran.actions, *(ran.rights if scenario is ROLLOUT else ())}


def named(right: Right) -> str:
    """Give what a right is called here: its verb and the kind."""
    return f"{right.verb} {right.resource}"


def run(command: str, world: Prod, without: str = "") -> Ran:
    """Run a command with what is printed for it, less one action; the world stays as it is."""
    return Ran(**aside(lambda: _run(command, world, without)))


def _run(command: str, world: Prod, without: str) -> dict[str, Any]:
    guard = Guard(granted(command), without)
    guard.install(pytest.MonkeyPatch())
    try:
        said = RUNS[command](world)
    except TasktoolError as error:
        said = str(error)
    return {
        "said": said,
        "actions": sorted({need.action for need in guard.used}),
        "rights": sorted(map(named, guard.used_rights)),
        "refused": guard.refused,
    }


def _planned(plan: Plan) -> str:
    blocked = [f"{BLOCKED}{change.key}" for change in plan.changes if change.action in BLOCKING]
    return "\n".join((*blocked, *_all(plan)))


def _all(plan: Plan) -> tuple[str, ...]:
    return (plan.alias, *plan.notes, *map(repr, plan.changes))


def _begun(told: list[str], plan: Plan) -> str:
    return "\n".join((*told, _planned(plan)))


def _proven(verification: Verification) -> str:
    return "\n".join((verification.target.alias, *verification.notes, *map(repr, verification.claims)))


def _done(command: str) -> Callable[[Prod], str]:
    def run(world: Prod) -> str:
        result = world.run(command)
        return "\n".join((str(view(world)), *_all(result.plan)))

    return run


BLOCKED = "blocked: "
RUNS: dict[str, Callable[[Prod], str]] = {
    PLAN: lambda world: _planned(world.plan()),
    PROVISION: _done(PROVISION),
    TEARDOWN: _done(TEARDOWN),
    VERIFY: lambda world: _proven(world.verify()),
    DOCTOR: lambda world: repr(world.doctor()),
    INIT: lambda world: _begun(*world.init()),
}
"""What there is to hear of each command."""
