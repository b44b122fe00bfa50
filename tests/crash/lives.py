"""Lives of the environment `prod` on a server: made, changed by others, repaired and removed, in run after run.

A server can't be forked, so that each crash point needs a life of its own: in it every run is stopped once, at one of
its writes, and a second run has to finish what it was at.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, get_args

import pytest
from attrs import frozen

from tasktool_infra.engine.calls import Call
from tests.crash.prod import AGAIN, Prod
from tests.crash.scenarios import view
from tests.crash.view import Found, differences
from tests.faults.injection import Crash, Fault, Script

When = Literal["before", "after"]
MANY = 10**6


@frozen
class Step:
    """A run in a life, and what others do before it."""

    name: str
    command: str
    others: Callable[[Prod], None]


@frozen
class Lived:
    """What a run came to that nothing disturbed: how many writes were sent and answered, and what stands then."""

    writes: Mapping[When, int]
    found: Found


@frozen
class Life:
    """The runs of a life in a world on a server; ``counts`` picks the calls of the API that is tried."""

    born: Callable[[], Prod]
    steps: tuple[Step, ...]
    counts: Callable[[Call], bool]

    def undisturbed(self) -> dict[str, Lived]:
        """Live once, and give what each run came to."""
        world = self.born()
        return {step.name: self._undisturbed(world, step) for step in self.steps}

    def stopped(self, lived: dict[str, Lived], share: float, when: When) -> Iterator[str]:
        """Live with every run stopped at one of its writes, and run again; give what is wrong then.

        ``share`` says at which: from the first, 0, to behind the last, 1.
        """
        world = self.born()
        for step in self.steps:
            step.others(world)
            number = int(share * lived[step.name].writes[when])
            self._stop(world, step, number, when)
            world.run(step.command)
            wrong = differences(view(world), lived[step.name].found)
            yield from (f"{step.name}, stopped {when} write {number + 1}: {each}" for each in wrong)
            world.stage.advance(AGAIN)

    def _undisturbed(self, world: Prod, step: Step) -> Lived:
        step.others(world)
        counted = {when: Fault("*", Crash, when=when, skip=MANY, of=self._is_write) for when in get_args(When)}
        world.hook = Script([*counted.values()])
        world.run(step.command)
        world.stage.clear()
        world.stage.advance(AGAIN)
        return Lived({when: MANY - fault.skip for when, fault in counted.items()}, view(world))

    def _is_write(self, call: Call) -> bool:
        return call.writes and self.counts(call)

    def _stop(self, world: Prod, step: Step, number: int, when: When) -> None:
        """Stop a run at a write. After it, whatever else is in the air is done too, and nobody hears of it."""
        crash = Fault("*", Crash, when=when, skip=number, of=self._is_write)
        world.hook = Script([crash])
        with pytest.raises(Crash):
            world.run(step.command)
        air = [job for run in world.stage.runs for job in run.jobs]
        for job in air if when == "after" else ():
            job()
        world.stage.clear()
        world.stage.advance(AGAIN)
        world.hook = Script()
