"""Carries a plan out: everything independent side by side, each resource after those that it needs."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.carry_out import Progress, Work
from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.driver import Driver, NotStarted, Success, Task
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.engine.events import Failed, Finished, Started
from tasktool_infra.engine.newcomers import Look, looked_first, looks, newcomers, of_resources
from tasktool_infra.engine.order import creation, earlier, removal
from tasktool_infra.engine.plan import CHANGING, Action, Change, Plan
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.unwanted import goal_of, making
from tasktool_infra.values.display import Displayed


@frozen(kw_only=True)
class Result(Displayed):
    """What a run did: the plan, and of its changes which are done, failed (with the error) and not started.

    ``live`` is what was read last of each resource, ``outputs`` what a user needs to know afterwards, ``seconds`` the
    duration of each change and ``took`` that of all.
    """

    plan: Plan
    done: tuple[Key, ...] = ()
    failed: Mapping[Key, TasktoolError] = field(factory=dict)
    not_started: tuple[Key, ...] = ()
    waiting: tuple[Key, ...] = ()
    interrupted: bool = False
    outputs: Mapping[str, str] = field(factory=dict)
    live: Mapping[Key, Resource | None] = field(factory=dict, repr=False)
    seconds: Mapping[Key, float] = field(factory=dict, repr=False)
    took: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything that the plan holds was done."""
        return not (self.failed or self.not_started or self.waiting or self.interrupted)


class RunFailed(TasktoolError):
    """A run that did not do all of its plan; ``result`` lists what is done, failed and not started."""

    def __init__(self, message: str, result: Result, problem: Problem) -> None:
        super().__init__(message, next_step="Run again to continue: what stands is kept.", problem=problem)
        self.result = result


@define
class Run:
    """One carrying out: keeps what it learns of each resource."""

    driver: Driver
    plan: Plan
    goal: Goal
    resources: Mapping[Key, Resource]
    found: dict[Key, Resource | None]
    _progress: dict[Key, Progress] = field(init=False, factory=dict)
    _seconds: dict[Key, float] = field(init=False, factory=dict)

    def execute(self) -> Result:
        """Do all that the plan says; never raises for what happens to a resource: the result lists it."""
        todo = {c.key: c for c in self.plan.changes if c.action in CHANGING}
        self._progress = {key: Progress() for key in todo}
        wanted = [self._resource(key) for key, change in todo.items() if not change.unwanted]
        strays = [self._resource(key) for key, change in todo.items() if change.unwanted]
        before = (creation(wanted) if isinstance(self.goal, Making) else removal(wanted)) | removal(strays)
        tasks: dict[Hashable, Task] = {
            key: Task(self._one(change), self._written(key, before[key])) for key, change in todo.items()
        }
        order = before | {stray.key: before[stray.key] | {r.key for r in wanted} for stray in strays}
        guests = newcomers(todo, self.resources, self.found) if isinstance(self.goal, Making) else {}
        tasks |= {look: Task(self._look(look, todo), self._written(look.host, ())) for look in looks(guests)}
        after: dict[Any, set[Key]] = earlier(wanted) if isinstance(self.goal, Making) else {}
        began = self.driver.clock.now()
        outcomes = of_resources(self.driver.run(tasks, looked_first(order, guests), after))
        done, failed, idle = [], {}, []
        for key, outcome in outcomes.items():
            if isinstance(outcome, Success):
                done.append(key)
            elif isinstance(outcome, NotStarted):
                idle.append(key)
            else:
                failed[key] = _for_people(key, outcome.error)
        waiting = [c.key for c in self.plan.changes if c.action is Action.WAITING]
        return Result(
            plan=self.plan,
            done=tuple(done),
            failed=failed,
            not_started=tuple(idle),
            waiting=tuple(waiting),
            interrupted=self.driver.interrupted,
            outputs=self._outputs(),
            live=self.found,
            seconds=self._seconds,
            took=self.driver.clock.now() - began,
        )

    def _resource(self, key: Key) -> Resource:
        """Give a resource; what nobody wants any more is known only by having been found."""
        resource = self.resources.get(key) or self.found[key]
        assert resource is not None
        return resource

    def _written(self, key: Key, before: Collection[Key]) -> "Written":
        """Whether this or what came before it was written: in a removal, that is what needed this."""
        return Written([self._progress[k] for k in (key, *before)])

    def _one(self, change: Change) -> Reading[None]:
        """Bring one resource to its goal, telling about it."""
        resource, clock = self._resource(change.key), self.driver.clock
        began = clock.now()
        self.driver.tell(Started(at=began, key=change.key, action=change.action))
        work = Work(
            wanted=resource,
            goal=goal_of(self.goal, change),
            steps=change.steps,
            making=change.action is Action.CREATE,
            leaving=change.action is Action.DELETE,
            adopting=change.adopts,
            progress=self._progress[change.key],
            clock=clock,
            tell=self.driver.tell,
            read=resource.read if making(self.goal, change) else resource.examine,
        )
        try:
            self.found[change.key] = yield from work.carry_out()
        except Exception as error:
            self.driver.tell(Failed(at=clock.now(), key=change.key, error=_for_people(change.key, error)))
            raise
        self._seconds[change.key] = clock.now() - began
        self.driver.tell(
            Finished(at=clock.now(), key=change.key, action=change.action, seconds=self._seconds[change.key])
        )

    def _look(self, look: Look, todo: Mapping[Key, Change]) -> Reading[None]:
        """Read what is to be made, now that its host stands; raises Refused where the plan would have said so."""
        if look.guest is None:
            return
        resource = self._resource(look.guest)
        try:
            live = yield from resource.read()
            self.goal.next_steps(resource, live, adopting=todo[look.guest].adopts)
        except Exception as error:
            self.driver.tell(Failed(at=self.driver.clock.now(), key=look.guest, error=_for_people(look.guest, error)))
            raise

    def _outputs(self) -> dict[str, str]:
        wanted = (live for key, live in self.found.items() if live is not None and key in self.resources)
        return {name: value for live in wanted for name, value in live.outputs()}


@frozen
class Written:
    """Whether any of some resources was written in this run."""

    progresses: Collection[Progress]

    def __call__(self) -> bool:
        """Look now."""
        return any(progress.written for progress in self.progresses)


def _for_people(key: Key, error: Exception) -> TasktoolError:
    if isinstance(error, TasktoolError):
        return error
    unexpected = TasktoolError(
        f"{key}: this is a fault of tasktool itself: {type(error).__name__}: {error}",
        next_step="Run again to continue. If it comes again, report what --debug prints.",
    )
    unexpected.__cause__ = error
    return unexpected
