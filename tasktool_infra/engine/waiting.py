"""Waits for what must come to be or be gone: a look at once, then ever rarer ones, and an end. A generator, no I/O."""

from tenacity import wait_exponential_jitter

from tasktool_infra.engine.calls import GONE, Meaning, Pause, Pointless, Reading, Wait
from tasktool_infra.engine.clock import Clock
from tasktool_infra.engine.errors import DeadlinePassed, TasktoolError, Vanished
from tasktool_infra.engine.events import Listener, Waiting
from tasktool_infra.engine.resource import Key
from tasktool_infra.engine.retry import Patience

LOOKS = Patience("waiting", deadline=0.0, pauses=wait_exponential_jitter(multiplier=0.1, max=5.0, jitter=0.1))
"""The pauses between looks of a wait; the wait itself brings the deadline."""
MISSING = 45.0
"""Seconds that what was made may be out of sight before it counts as removed."""


def wait_for(wait: Wait, key: Key, clock: Clock, tell: Listener, missing: float = MISSING) -> Reading[None]:
    """Look until done; raises TasktoolError when it failed, DeadlinePassed when it is late.

    Raises Vanished when it is out of sight for longer than ``missing`` seconds.
    """
    began, attempt, there = clock.now(), 0, clock.now()
    while True:
        answer = yield wait.call
        there = there if answer is GONE else clock.now()
        if _is_done(wait, answer) or (attempt == 0 and (yield from is_pointless(wait.pointless))):
            return
        seen, elapsed = _seen(wait, answer), clock.now() - began
        tell(Waiting(at=clock.now(), key=key, what=wait.says, seen=seen, seconds=elapsed))
        if wait.failed and _search(wait.failed, answer):
            why = yield from _why(wait)
            said = f"{key}: {wait.says}: it ended as {seen}{why}"
            raise TasktoolError(said, next_step="Put right what it says, then run again.")
        if elapsed > wait.deadline:
            why = yield from _why(wait)
            said = f"{key}: {wait.says}: not after {elapsed:.0f} s, last seen: {seen}{why}"
            raise DeadlinePassed(said, next_step="Run again to continue.")
        if answer is GONE and wait.done and clock.now() - there >= missing:
            said = f"{key}: {wait.says}: it is not there; something else may have removed it"
            raise Vanished(said, next_step="Find out who did, then run again to make it anew.")
        attempt += 1
        yield Pause(LOOKS.pause(attempt))


def is_pointless(pointless: Pointless | None) -> Reading[bool]:
    """Say whether nobody could make happen what is waited for."""
    if pointless is None:
        return False
    answer = yield pointless.call
    if isinstance(answer, Meaning) and answer is not GONE:
        return False  # who may not look can't know, and waits
    # Where the API knows no such thing, there is none of it.
    if not _search(pointless.when, {} if answer is GONE else answer):
        return False
    return pointless.besides is None or (yield from is_pointless(pointless.besides))


def _why(wait: Wait) -> Reading[str]:
    """Find out why a wait was in vain; what can't be found out is left out."""
    if wait.explain is None:
        return ""
    try:
        reason = yield from wait.explain.run()
    except TasktoolError as error:
        reason = f"(the reason could not be found out: {error.message})"
    return f"\n{reason}" if reason else ""


def _is_done(wait: Wait, answer: object) -> bool:
    if isinstance(answer, Meaning):
        return answer is GONE and not wait.done
    done = wait.done or wait.replaced
    return bool(done) and bool(_search(done, answer))


def _seen(wait: Wait, answer: object) -> str:
    if isinstance(answer, Meaning):
        return answer.name
    if wait.sees:
        return str(_search(wait.sees, answer))
    return "not yet" if wait.done else "still there"


def _search(expression: str, answer: object) -> object:
    import jmespath

    return jmespath.search(expression, answer)
