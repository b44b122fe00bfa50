"""All faults at random: a hook by which a share of all calls meets one that a real API might have met there."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from attrs import define, field, frozen

from tasktool_infra.engine.calls import Call
from tests.faults import said
from tests.faults.injection import named

When = Literal["before", "after"]


@frozen
class Odds:
    """A fault that calls of a pattern may meet; only writes when ``writes`` says so."""

    error: said.Said
    pattern: str = "*"
    when: When = "before"
    writes: bool = False

    def fits(self, call: Call) -> bool:
        """Say whether a call may meet it."""
        return named(self.pattern, call) and (call.writes or not self.writes)


AWS = (
    Odds(said.THROTTLED),
    Odds(said.SLOW_DOWN),
    Odds(said.UNAVAILABLE),
    Odds(said.BROKEN),
    Odds(said.BROKEN, when="after"),
    Odds(said.TIMED_OUT),
    Odds(said.TIMED_OUT, when="after"),
    Odds(said.RESET),
    Odds(said.RESET, when="after"),
    Odds(said.NO_SUCH_HOST),
    Odds(said.REFUSED),
    Odds(said.ABORTED, "s3.*", writes=True),
    Odds(said.SIMULTANEOUSLY, "dynamodb.*_table", writes=True),
    Odds(said.PRINCIPAL, "iam.create_role"),
    Odds(said.aws("ConcurrentModification", "Multiple requests", 409), "iam.*", writes=True),
    Odds(said.aws("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409), "iam.delete_*"),
)
KUBERNETES = (
    Odds(said.KUBE_BUSY),
    Odds(said.KUBE_DOWN),
    Odds(said.KUBE_LEADER),
    Odds(said.KUBE_LEADER, when="after"),
    Odds(said.KUBE_TIMED_OUT),
    Odds(said.KUBE_TIMED_OUT, when="after"),
    Odds(said.KUBE_RESET),
    Odds(said.KUBE_RESET, when="after"),
    Odds(said.KUBE_REFUSED),
)


@define(eq=False)
class Mixture:
    """A hook that strikes a ``share`` of the calls, by a seed; ``loses`` picks those whose answer may be lost.

    ``met`` counts what was met, by code.
    """

    seed: int
    share: float = 0.2
    loses: Callable[[Call], bool] = lambda call: True
    met: Counter[str] = field(factory=Counter)
    calls: int = 0
    _random: random.Random = field(init=False)
    _next: dict[int, Odds] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def before(self, call: Call, attempt: int) -> None:
        with self._lock:
            self.calls += 1
            self._next.pop(threading.get_ident(), None)
            if self._random.random() >= self.share:
                return
            odds = self._random.choice([each for each in self._all(call) if each.fits(call)])
            if odds.when == "after":
                self._next[threading.get_ident()] = odds
            else:
                self._strike(odds, call)

    def after(self, call: Call, answer: Any) -> Any:
        with self._lock:
            odds = self._next.pop(threading.get_ident(), None)
            if odds is not None and self.loses(call):
                self._strike(odds, call)
        return answer

    def _all(self, call: Call) -> tuple[Odds, ...]:
        return KUBERNETES if call.service == "kubernetes" else AWS

    def _strike(self, odds: Odds, call: Call) -> None:
        error = odds.error(call)
        self.met[getattr(error, "code", "")] += 1
        raise error
