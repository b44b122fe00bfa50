"""What reads have given, in a run that only looks: each is made once, whoever asks for it, meanwhile or later."""

from collections.abc import Callable
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import Call, Meaning
from tasktool_infra.engine.flight import Deliver, Flight
from tasktool_infra.engine.loop import Loop


@define(eq=False)
class Memory:
    """Answers by call; ``make`` makes a flight that nobody else's answer serves."""

    make: Callable[[Flight], None]
    loop: Loop
    _given: dict[Call, tuple[Call, Any]] = field(init=False, factory=dict)
    _waiting: dict[Call, list[Flight]] = field(init=False, factory=dict)

    def serves(self, flight: Flight) -> bool:
        """Say whether another's answer serves this flight, and see to it; else its own is kept."""
        call = flight.call
        if call.writes:
            return False
        if call in self._given and _alike(call, *self._given[call]):
            value = self._given[call][1]
            self.loop.later(0.0, lambda: flight.deliver(value, None))
            return True
        if call in self._waiting:
            self._waiting[call].append(flight)
            return True
        self._waiting[call] = []
        flight.deliver = self._kept(call, flight.deliver)
        return False

    def forget(self) -> None:
        """Wait no longer for what was asked for in a run that was broken off."""
        self._waiting.clear()

    def _kept(self, call: Call, deliver: Deliver) -> Deliver:
        def keep(value: Any, error: Exception | None) -> None:
            waiting = self._waiting.pop(call, [])
            if error is None:
                self._given[call] = (call, value)
            deliver(value, error)
            for other in waiting:
                self.make(other)

        return keep


def _alike(call: Call, made: Call, value: Any) -> bool:
    """Say whether an answer is what the call would be given: what an error means is a matter of who asks."""
    return call.pages == made.pages and (not isinstance(value, Meaning) or call.expects == made.expects)
