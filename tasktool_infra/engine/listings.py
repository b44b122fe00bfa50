"""Single reads that one list can answer: it is asked for once where several want what it holds, or somebody wants it.

What is not in the list is read by itself: it may stand there and yet not be listed.
"""

from collections.abc import Callable, Iterable, Sequence

from tasktool_infra.engine.calls import Call, Meaning
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.engine.flight import Deliver, Flight


def gathered(readers: Iterable[Flight], sent: Iterable[Flight], send: Callable[[Flight], None]) -> list[Flight]:
    """Give what is to be sent so that all readers have their answers, each of which may be found among others.

    ``sent`` is on its way already, and may be their list; ``send`` takes the readers whose answers a list did not hold.
    """
    wanted: dict[Call, list[Flight]] = {}
    for flight in readers:
        assert flight.call.among is not None
        wanted.setdefault(flight.call.among.listing, []).append(flight)
    lists = _lists(sent, wanted) if wanted else {}
    going: list[Flight] = []
    for listing, together in wanted.items():
        if listing not in lists and len(together) == 1:
            going += together
            continue
        if listing not in lists:
            lists[listing] = Flight(listing, together[0].written, _nobody, together[0].began)
            going.append(lists[listing])
        lists[listing].deliver = _to_all(lists[listing].deliver, together, send)
    return going


def _lists(sent: Iterable[Flight], wanted: Iterable[Call]) -> dict[Call, Flight]:
    """Give the lists that were asked for by themselves: only what may be one is compared."""
    known = frozenset(wanted)
    operations = {call.operation for call in known}
    return {each.call: each for each in sent if each.call.operation in operations and each.call in known}


def _nobody(answer: object, error: Exception | None) -> None:
    """Take an answer for which nobody has asked by itself."""


def _to_all(first: Deliver, readers: Sequence[Flight], send: Callable[[Flight], None]) -> Deliver:
    """Give what hands the answer on to who asked for the list, then to each reader its own part."""

    def deliver(answer: object, error: Exception | None) -> None:
        first(answer, error)
        if error is not None and not _denied(error):
            for reader in readers:
                reader.deliver(None, error)
            return
        among = readers[0].call.among
        assert among is not None
        held = {} if error is not None or isinstance(answer, Meaning) else among.by_name(answer)
        for reader in readers:
            assert reader.call.among is not None
            if reader.call.among.name in held:
                reader.deliver(held[reader.call.among.name], None)
            else:
                send(reader)

    return deliver


def _denied(error: Exception) -> bool:
    """Say whether who may not list may still read."""
    return isinstance(error, TasktoolError) and error.problem is Problem.DENIED
