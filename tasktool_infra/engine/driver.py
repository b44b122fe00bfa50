"""Drives all generators side by side and does all the I/O: arrivals, timers, and threads that only call.

Nothing that waits holds a thread, an error goes into its own generator only, and one interrupt reaches everything.
"""

from collections.abc import Callable, Collection, Generator, Hashable, Mapping
from functools import partial
from typing import Any, Self, TypeVar

from attrs import define, field, frozen

from tasktool_infra.engine.calls import Asked, Call, Pause
from tasktool_infra.engine.clock import Clock, RealClock
from tasktool_infra.engine.errors import Interrupted
from tasktool_infra.engine.events import Event, Listener, Listeners
from tasktool_infra.engine.flights import Batch, Flights
from tasktool_infra.engine.line import Line
from tasktool_infra.engine.loop import Loop
from tasktool_infra.engine.retry import Table
from tasktool_infra.engine.threads import Threads, Workers
from tasktool_infra.engine.transport import Hook, NoHook, Transports

K = TypeVar("K", bound=Hashable)
MOST_THREADS = 32
LONGEST = 3600.0
"""Seconds after which nobody expects further tasks any more: what finds them has a deadline of its own."""


@frozen
class Success:
    """What a generator returned."""

    value: Any


@frozen
class Failure:
    """What a generator raised."""

    error: Exception


@frozen
class NotStarted:
    """A generator that was never begun, because of what came before it or an interrupt (None)."""

    because: Hashable | None


Outcome = Success | Failure | NotStarted


@define
class Task:
    """One generator to be driven; ``written`` says whether what it works on was written in this run."""

    generator: Generator[Asked, Any, Any]
    written: Callable[[], bool] = lambda: False


@define(eq=False)
class Driver:
    """Runs generators against transports.

    Takes the transports by service, the retry table, and optionally a clock, a hook around every call, a listener for
    events and the threads. Use as a context manager, so that the threads end.
    """

    transports: Transports
    table: Table
    clock: Clock = field(factory=RealClock)
    hook: Hook = field(factory=NoHook)
    listener: Listener = field(factory=Listeners)
    threads: Workers = field(factory=lambda: Threads(MOST_THREADS))
    _loop: Loop = field(init=False)
    _flights: Flights = field(init=False)
    _tasks: dict[Any, Task] = field(init=False, factory=dict)
    _outcomes: dict[Any, Outcome] = field(init=False, factory=dict)
    _line: Line = field(init=False, factory=Line)
    _expected: bool = field(init=False, default=False)
    _fault: Exception | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        """Put the parts together; threads start when first needed."""
        self._loop = Loop(self.clock, self.threads)
        self._flights = Flights(self.transports, self.table, self.hook, self.tell, self._loop)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the threads; calls under way are not waited for."""
        self.threads.close()

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked to stop."""
        return self._loop.stopping

    def interrupt(self) -> None:
        """Start nothing new; what is under way ends. Safe in a signal handler and from any thread."""
        self._loop.interrupt()

    def remember(self) -> None:
        """From now on answer every read that was made already with what it gave then: for runs that only look."""
        self._flights.remember()

    def tell(self, event: Event) -> None:
        """Tell the listener; when it fails, stop as if interrupted: :meth:`run` raises its error at the end."""
        try:
            self.listener(event)
        except Exception as fault:  # noqa: BLE001 - it is raised again when all calls have ended
            self._fault = self._fault or fault
            self.interrupt()

    def ask(self, generator: Generator[Asked, Any, Any]) -> Any:
        """Run one generator and give what it returns; raises what it raises."""
        outcome = self.run({"": Task(generator)})[""]
        if isinstance(outcome, Success):
            return outcome.value
        raise outcome.error if isinstance(outcome, Failure) else Interrupted("Interrupted.")

    def run(
        self,
        tasks: Mapping[K, Task],
        order: Mapping[K, Collection[K]] | None = None,
        after: Mapping[K, Collection[K]] | None = None,
        more: Callable[[], Mapping[K, Task]] | None = None,
    ) -> dict[K, Outcome]:
        """Run all tasks, each once those that ``order`` names for it have succeeded; give each one's outcome.

        Those that ``after`` names must have ended before, however they ended. ``more``, which is called on a thread of
        its own and may take its time, gives tasks that join the others as soon as they are known; what it raises ends
        the run.

        After an interrupt, a task that asks for anything more ends with Interrupted, and no other begins.
        """
        self._loop.forget()
        self._flights.forget()
        self._tasks, self._outcomes, self._line = dict(tasks), {}, Line()
        for key in tasks:
            before = [[k for k in (names or {}).get(key, ()) if k in tasks] for names in (order, after)]
            self._line.join(key, *map(frozenset, before))
        if more is not None:
            self._expect(more)
        while self._expected or len(self._outcomes) < len(self._tasks):
            self._start_ready()
            if self._expected or len(self._outcomes) < len(self._tasks):
                self._flights.gather()
                self._loop.turn()
        if self._fault is not None:
            raise self._fault
        return {key: self._outcomes[key] for key in self._tasks}

    def _expect(self, more: Callable[[], Mapping[Any, Task]]) -> None:
        """Let further tasks join when they are known."""
        self._expected = True

        def end(fault: Exception) -> None:
            self._expected, self._fault = False, self._fault or fault
            self.interrupt()

        def join(tasks: Mapping[Any, Task]) -> None:
            self._expected = False
            self._tasks |= tasks
            for key in tasks:
                self._line.join(key)

        def job() -> Callable[[], None]:
            try:
                tasks = more()
            except Exception as fault:  # noqa: BLE001 - it is raised again when all calls have ended
                return partial(end, fault)
            return partial(join, tasks)

        self._loop.fly(job, LONGEST, partial(end, TimeoutError("what else there is to do never became known")))

    def _start_ready(self) -> None:
        """Begin what has nothing left to wait for; after an interrupt nothing begins any more."""
        while not self.interrupted and (ready := self._line.begin()):
            for key in ready:
                self._begin(key)
        if self.interrupted:
            for key in self._line.leave():
                self._outcomes[key] = NotStarted(None)

    def _begin(self, key: Hashable) -> None:
        if self.interrupted:
            self._end(key, NotStarted(None))
        else:
            self._advance(key, None)

    def _end(self, key: Hashable, outcome: Outcome) -> None:
        """Keep an outcome; what needs what is lost is never begun."""
        ends = [(key, outcome)]
        for ended, how in ends:  # grows while it is walked
            self._outcomes[ended] = how
            never = self._line.ended(ended, lost=not isinstance(how, Success))
            ends += [(follower, NotStarted(ended)) for follower in never]

    def _advance(self, key: Hashable, value: Any, error: Exception | None = None) -> None:
        """Send an answer or an error into a generator, and do what it asks next."""
        generator = self._tasks[key].generator
        try:
            asked = generator.send(value) if error is None else generator.throw(error)
            if self.interrupted:
                _stop(generator)
            self._take(key, asked)
        except StopIteration as stop:
            self._end(key, Success(stop.value))
        except Exception as raised:  # noqa: BLE001 - whatever a generator raises is its own outcome
            self._end(key, Failure(raised))

    def _take(self, key: Hashable, asked: Asked) -> None:
        if isinstance(asked, Pause):
            self._loop.later(asked.seconds, lambda: self._advance(key, None))
            return
        single = isinstance(asked, Call)
        calls = (asked,) if isinstance(asked, Call) else tuple(asked)
        batch = Batch(lambda value, error: self._advance(key, value, error), single, [None] * len(calls), len(calls))
        for index, call in enumerate(calls):
            self._flights.make(call, self._tasks[key].written, batch.place(index))
        if not calls:
            self._loop.later(0.0, lambda: self._advance(key, ()))


def _stop(generator: Generator[Asked, Any, Any]) -> None:
    """Let a generator that asks for more end as interrupted, or as it likes to end then."""
    generator.throw(Interrupted("Interrupted."))
    generator.close()
    raise Interrupted("Interrupted.")
