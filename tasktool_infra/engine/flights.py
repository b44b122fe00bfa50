"""Calls on their way: each through all its attempts, by the retry table, until there is an answer for who asked."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, DeadlinePassed, Interrupted, OpenOutcome, Problem
from tasktool_infra.engine.events import Called, Listener, Retrying
from tasktool_infra.engine.flight import Deliver, Flight
from tasktool_infra.engine.listings import gathered
from tasktool_infra.engine.loop import Arrival, Loop
from tasktool_infra.engine.memory import Memory
from tasktool_infra.engine.retry import Patience, Table
from tasktool_infra.engine.transport import Hook, Located, Transports

LOST = frozenset({"Timeout", "Reset", "Unreadable"})
"""Codes of calls whose answer was lost: the server may have done the work."""
FAULT = 500
GIVE_UP = 120.0
"""Seconds after which a call counts as lost: a connection's own time-outs begin anew with every byte that arrives."""


@define
class Batch:
    """The calls that one task has asked for together: complete, they go back to its generator."""

    advance: Deliver
    single: bool
    answers: list[Any]
    missing: int
    error: Exception | None = None

    def place(self, index: int) -> Deliver:
        """Give what takes the answer of one call."""
        return lambda answer, error: self._arrive(index, answer, error)

    def _arrive(self, index: int, answer: Any, error: Exception | None) -> None:
        self.answers[index] = answer
        self.error = self.error or error
        self.missing -= 1
        if self.missing == 0:
            self.advance(self.answers[0] if self.single else tuple(self.answers), self.error)


@define(eq=False)
class Flights:
    """Makes calls through the transports, tells of them, and tries again what the table says."""

    transports: Transports
    table: Table
    hook: Hook
    tell: Listener
    loop: Loop
    _readers: list[Flight] = field(init=False, factory=list)
    _sent: list[Flight] = field(init=False, factory=list)
    _memory: Memory | None = field(init=False, default=None)

    def make(self, call: Call, written: Callable[[], bool], deliver: Deliver) -> None:
        """Make a call and deliver the answer, the meaning of an expected error, or the error.

        A read whose answer may be found among others waits for :meth:`gather`.
        """
        self._begin(Flight(call, written, deliver, self.loop.clock.now()))

    def _begin(self, flight: Flight) -> None:
        if self._memory is not None and self._memory.serves(flight):
            return
        if flight.call.among is not None:
            self._readers.append(flight)
            return
        self._sent.append(flight)
        self._send(flight)

    def remember(self) -> None:
        """From now on make each read once, and give whoever asks for it the same answer."""
        self._memory = self._memory or Memory(self._begin, self.loop)

    def forget(self) -> None:
        """Drop what was asked for in a run that was broken off."""
        self._readers, self._sent = [], []
        if self._memory is not None:
            self._memory.forget()

    def gather(self) -> None:
        """Make the calls that answer the reads asked for since the last time."""
        readers, sent, self._readers, self._sent = self._readers, self._sent, [], []
        for flight in gathered(readers, sent, self._resend):
            self._send(flight)

    def _send(self, flight: Flight) -> None:
        flight.sent = self.loop.clock.now()
        self.loop.fly(lambda: self._fly(flight), GIVE_UP, lambda: self._landed(flight, None, self._overdue(flight)))

    def _fly(self, flight: Flight) -> Arrival:
        """Make the call, on another thread."""
        answer, error = None, None
        try:
            self.hook.before(flight.call, flight.attempt)
            answer = self.transports[flight.call.service].send(flight.call)
            answer = self.hook.after(flight.call, answer)
        except BaseException as raised:  # noqa: BLE001 - it is raised again on the driver's thread
            error = raised
        return lambda: self._landed(flight, answer, error)

    def _overdue(self, flight: Flight) -> ApiError:
        transport = self.transports[flight.call.service]
        host = transport.host(flight.call.service) if isinstance(transport, Located) else flight.call.service
        return ApiError(
            "Timeout",
            f"{host}: the answer was not complete after {GIVE_UP:.0f} s",
            call=flight.call.name,
            problem=Problem.UNREACHABLE,
            next_step=f"Check the way to {host}: network, proxy, VPN. Then run again.",
        )

    def _landed(self, flight: Flight, answer: Any, error: BaseException | None) -> None:
        now, call = self.loop.clock.now(), flight.call
        api_error = error if isinstance(error, ApiError) else None
        request = api_error.request_id if api_error is not None else _request_id(answer)
        self.tell(Called(at=now, call=call, seconds=now - flight.sent, error=api_error, request_id=request))
        if error is None:
            flight.deliver(answer, None)
        elif api_error is None:
            if not isinstance(error, Exception):
                raise error
            flight.deliver(None, error)
        elif api_error.code in call.expects:
            flight.deliver(call.expects[api_error.code], None)
        else:
            self._failed(flight, api_error)

    def _failed(self, flight: Flight, error: ApiError) -> None:
        """Try again if the table says so, else give the error to whom it belongs."""
        call = flight.call
        patience = self.table.find(call, error, written=flight.written())
        if call.settled_by_reading(error.code, error.said):
            flight.deliver(None, OpenOutcome(error))
        elif patience is None:
            lost = call.writes and (error.code in LOST or error.status >= FAULT)
            flight.deliver(None, OpenOutcome(error) if lost else error)
        else:
            self._again(flight, error, patience)

    def _again(self, flight: Flight, error: ApiError, patience: Patience) -> None:
        now, pause = self.loop.clock.now(), patience.pause(flight.attempt)
        # Counted from the first failure of this sort: an attempt may take longer than the deadline to fail.
        since = flight.failing.setdefault(patience.why, now)
        if now + pause > since + patience.deadline:
            flight.deliver(None, _late(flight, error, patience, now))
            return
        self.tell(Retrying(at=now, call=flight.call, error=error, why=patience.why, pause=pause))
        flight.attempt += 1
        self.loop.later(pause, lambda: self._resend(flight, error))

    def _resend(self, flight: Flight, error: ApiError | None = None) -> None:
        if not self.loop.stopping:
            self._send(flight)
            return
        stopped = Interrupted("Interrupted.")
        stopped.__cause__ = error
        flight.deliver(None, stopped)


def _request_id(answer: Any) -> str:
    """Give what an answer says of its own request: those of AWS do, but for answers put together of pages."""
    told = answer.get("ResponseMetadata") if isinstance(answer, Mapping) else None
    return str(told.get("RequestId", "")) if isinstance(told, Mapping) else ""


def _late(flight: Flight, error: ApiError, patience: Patience, now: float) -> DeadlinePassed:
    times = "once" if flight.attempt == 1 else f"{flight.attempt} times"
    said = f"{error.message}\ntried {times} in {now - flight.began:.0f} s ({patience.why})"
    # Who was never answered is told that, so that the exit code says it; anything else is work left to do.
    problem = None if error.answered else error.problem
    late = DeadlinePassed(said, next_step=error.next_step or "Run again to continue.", problem=problem)
    late.__cause__ = error
    return late
