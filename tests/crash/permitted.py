"""What commands say and do when just what `permissions` prints is allowed, or that less one action."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pytest
from attrs import define, field, frozen

from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.engine.plan import BLOCKING, Plan
from tasktool_infra.least_privilege.grant import Grant, grant
from tasktool_infra.least_privilege.needed import COMMANDS, DOCTOR, INIT, PLAN, PROVISION, TEARDOWN, VERIFY
from tasktool_infra.proving import Verification
from tasktool_infra.settings.environment import Environment
from tasktool_infra.target import Target
from tests.crash.aside import aside
from tests.crash.cloud import ISSUER
from tests.crash.guard import PLACE, Guard
from tests.crash.prod import Prod, order
from tests.crash.scenarios import SCENARIOS, view

TARGET = Target(place=PLACE, caller="", aws_endpoint="", issuer=ISSUER)


@cache
def granted(command: str) -> Grant:
    """Give what is printed for a command."""
    begun = Environment(name="prod") if command == INIT else order("plan").environments[0]
    return grant(begun, command, TARGET)


def _rows(found: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, found))


@frozen(kw_only=True)
class Ran:
    """One run: all that it says or leaves, what it was allowed and refused, by their names."""

    said: str
    actions: tuple[str, ...] = field(converter=tuple)
    rights: tuple[tuple[str, ...], ...] = field(converter=_rows)
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
    """Run each command in each situation, then without each action that it needed there (of ``every`` one)."""
    found = {command: Heard() for command in COMMANDS}
    for scenario in SCENARIOS:
        world = worlds()
        world.cloud.client("iam").create_account_alias(AccountAlias="crash")
        scenario.ready(world)
        for command, all_of_it in found.items():
            undisturbed = run(command, world)
            all_of_it.ran.append(undisturbed)
            for action in _due(command, undisturbed, every) - all_of_it.missed:
                all_of_it.tried.add(action)
                if run(command, world, action).said != undisturbed.said:
                    all_of_it.missed.add(action)
    return found


def _due(command: str, ran: Ran, every: int) -> set[str]:
    """Give what is left out in its turn, the same actions in each situation."""
    printed = sorted({need.action for need in granted(command).needs})
    return {*printed[::every]} & {*ran.actions}


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
        "rights": sorted({(right.verb, right.resource) for right in guard.used_rights}),
        "refused": guard.refused,
    }


def _planned(plan: Plan) -> str:
    blocked = [f"{BLOCKED}{change.key}" for change in plan.changes if change.action in BLOCKING]
    return "\n".join((*blocked, *_all(plan)))


def _all(plan: Plan) -> tuple[str, ...]:
    return (plan.alias, *plan.notes, *map(repr, plan.changes))


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
    INIT: lambda world: _planned(world.init()),
}
"""What there is to hear of each command."""
