"""Crash points: a run is stopped at each of its calls, in a fork of this process, and what follows must end well.

The run itself goes on undisturbed in this process. Before call k, and after its effect (with some of the calls that
are in the air just then done too), the process is forked: the child breaks its run off there, lets the next run come,
and says what stands in the end. Where nothing in the world has changed since the point before, the two are the same.
"""

import faulthandler
import json
import os
import random
import traceback
from collections.abc import Callable, Hashable
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.engine.threads import Job
from tests.crash.forking import forked
from tests.crash.view import Found, differences
from tests.faults.injection import Crash
from tests.faults.stage import Stage

PATIENCE = 60.0
"""Real seconds until a child that does not come to its end shows where it stands, and dies."""
SIDE_BY_SIDE = os.cpu_count() or 1


@frozen
class Point:
    """Where a run was stopped, and what its child had to say: what stands in the end, or what went wrong."""

    name: str
    found: Found | None = None
    trouble: str = ""


@define(eq=False)
class Points:
    """The crash points of one run on a stage.

    ``state`` tells whether anything in the world has changed; ``again`` is the next run, which gives what stands in the
    end. Of all the worlds that differ, one of every ``every`` is tried.
    """

    stage: Stage
    state: Callable[[], Hashable]
    again: Callable[[], Found]
    every: int = 1
    calls: int = 0
    worlds: int = 0
    points: list[Point] = field(factory=list)
    _last: Hashable = None
    _children: list[tuple[str, int, int]] = field(factory=list)

    @property
    def possible(self) -> int:
        """How many points there are: before and after each call."""
        return 2 * self.calls

    def around(self, job: Job) -> None:
        """Make a call, with a crash point before and one after it."""
        self.calls += 1
        before = self.state()
        if before != self._last:
            self._last = before
            self._fork(f"before call {self.calls}", lambda: None)
        job()
        if self.state() != before and any(run.jobs for run in self.stage.runs):
            self._fork(f"after call {self.calls}, with others in the air", self._land)

    def _land(self) -> None:
        """Let some of the calls in the air be done, whose answers nobody sees any more."""
        air = [job for run in self.stage.runs for job in run.jobs]
        drawn = random.Random(self.calls)
        for job in drawn.sample(air, drawn.randint(1, len(air))):
            job()

    def _fork(self, name: str, first: Callable[[], None]) -> None:
        self.worlds += 1
        if self.worlds % self.every:
            return
        while len(self._children) >= SIDE_BY_SIDE:
            self._reap()
        child, pipe = forked()
        if child == 0:
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
            first()
            raise Child(name, pipe)
        self._children.append((name, child, pipe))

    def _reap(self) -> None:
        """Hear what the oldest child has to say."""
        name, child, pipe = self._children.pop(0)
        with os.fdopen(pipe) as said:
            content = said.read()
        os.waitpid(child, 0)
        self.points.append(Point(name, **json.loads(content)) if content else Point(name, trouble="it died"))

    def run(self, command: Callable[[], Any]) -> None:
        """Carry the run out; all that has become of its crash points is in ``points`` afterwards."""
        self.stage.around, died = self.around, None
        try:
            command()
        except Child as crash:
            died = crash.with_traceback(None)
        self.stage.around = lambda job: job()
        if died is not None:
            self.stage.clear()
            died.end(self.again)
        while self._children:
            self._reap()

    def astray(self, wanted: Found) -> list[str]:
        """Give what is wrong after which crashes; ``wanted`` is what stands after the undisturbed run."""
        wrong = [(point, point.trouble or _listed(point, wanted)) for point in self.points]
        return [f"{point.name}:\n{what}" for point, what in wrong if what]


class Child(Crash):
    """The end of a run in a forked process."""

    def __init__(self, name: str, pipe: int) -> None:
        super().__init__(name)
        self._pipe = pipe

    def end(self, again: Callable[[], Found]) -> None:
        """Let the next run come, say what stands in the end, and leave the process."""
        said: dict[str, Any]
        try:
            said = {"found": again()}
        except BaseException:  # noqa: BLE001 - the parent tells of it
            said = {"trouble": traceback.format_exc(limit=-3)}
        with os.fdopen(self._pipe, "w") as told:
            json.dump(said, told)
        os._exit(0)


def _listed(point: Point, wanted: Found) -> str:
    assert point.found is not None
    return "\n".join(f"  {line}" for line in differences(point.found, wanted))
