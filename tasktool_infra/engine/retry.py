"""The one retry mechanism: tables say what is tried again and for how long; what is in no table is not."""

import re
from collections.abc import Iterable

from attrs import field, frozen
from tenacity import RetryCallState, wait_exponential_jitter
from tenacity.wait import wait_base

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError

ANY = "*"


@frozen
class Patience:
    """How long something is tried again, in seconds, and the pauses between."""

    why: str
    deadline: float
    pauses: wait_base = field(
        default=wait_exponential_jitter(multiplier=0.2, max=10.0, jitter=0.2), eq=False, repr=False
    )

    def pause(self, attempt: int) -> float:
        """Give the seconds to wait after failed attempt number ``attempt`` (from 1)."""
        state = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]
        state.attempt_number = attempt
        return self.pauses(state)


@frozen
class Rule:
    """One row of a table: which answers to which calls are tried again.

    ``written`` restricts it to resources that this run has written (or whose requirements it has): right after a
    write, "does not exist" means "not yet visible". ``writes`` restricts it to writes (True) or reads (False).
    """

    code: str
    patience: Patience
    service: str = ANY
    operation: str = ANY
    pattern: str = ""
    written: bool = False
    writes: bool | None = None

    def covers(self, call: Call, error: ApiError, *, written: bool) -> bool:
        """Say whether this row applies."""
        return (
            self.code == error.code
            and self.service in (ANY, call.service)
            and self.operation in (ANY, call.operation)
            and (written or not self.written)
            and self.writes in (None, call.writes)
            and re.search(self.pattern, error.said) is not None
        )


@frozen
class Table:
    """The rows of one API, in order of precedence."""

    rules: tuple[Rule, ...]

    def find(self, call: Call, error: ApiError, *, written: bool) -> Patience | None:
        """Give how patiently the call is to be tried again, or None when it is not."""
        for rule in self.rules:
            if rule.covers(call, error, written=written):
                return rule.patience
        return None


def joined(tables: Iterable[Table]) -> Table:
    """Give one table of several."""
    return Table(tuple(rule for table in tables for rule in table.rules))
