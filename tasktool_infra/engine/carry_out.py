"""Carries out the steps of one resource, and reads again until the world shows them: a generator, no I/O.

A write whose outcome is open is settled in one way: read again, through the ownership gate, and go on from what is
there.
"""

from collections.abc import Callable

from attrs import define, field, frozen
from tenacity import wait_exponential_jitter

from tasktool_infra.engine.calls import Call, Pause, Reading, Step, Wait
from tasktool_infra.engine.clock import Clock
from tasktool_infra.engine.decide import Goal, Making, came_between, not_accepted
from tasktool_infra.engine.differences import changes
from tasktool_infra.engine.errors import DeadlinePassed, OpenOutcome, Refused, Vanished
from tasktool_infra.engine.events import Listener, Stepped
from tasktool_infra.engine.resource import Resource
from tasktool_infra.engine.retry import Patience
from tasktool_infra.engine.waiting import MISSING, wait_for

VISIBLE = Patience(
    "not yet visible", deadline=30.0, pauses=wait_exponential_jitter(multiplier=0.1, max=5.0, jitter=0.1)
)
"""How long a read may lag behind a write."""
CREATED = Patience("not yet visible", deadline=120.0, pauses=VISIBLE.pauses)
"""How long something whose creation was accepted may stay out of sight: what IAM makes can take more than a minute."""
UNSURE = Patience("not known to be done", deadline=3.0, pauses=VISIBLE.pauses)
"""How long a write of open outcome may still come to show, before it is made again."""
SETTLE = Patience("settling", deadline=600.0, pauses=wait_exponential_jitter(multiplier=0.5, max=20.0, jitter=0.5))
"""How long a resource is brought nearer again and again while its writes have open outcomes."""
TAKEN = 120.0
"""How long something that is said to exist may stay out of sight before its name counts as taken elsewhere."""
MOST_ROUNDS = 8
"""How many rounds of work may each leave something else to do: others may be at work on the same thing."""


@define
class Progress:
    """What a run knows of one resource: whether anything of it was written, and whether this run has made it.

    What this run has made is ours even where its mark does not show yet.
    """

    written: bool = False
    made: bool = False


@frozen(kw_only=True)
class Work:
    """One resource to be brought to its goal; ``leaving`` says that nothing of it is to be left."""

    wanted: Resource
    goal: Goal
    steps: tuple[Step, ...]
    making: bool
    leaving: bool
    adopting: bool
    progress: Progress
    clock: Clock
    tell: Listener
    read: Callable[[], Reading[Resource | None]]

    def carry_out(self) -> Reading[Resource | None]:
        """Do the steps, read again, and do what is still missing; give what stands in the end."""
        steps, trouble = self.steps, Trouble(self)
        while True:
            tried, lost = yield from self._attempt(steps)
            live, missing = yield from self._prove(tried, lost)
            if not missing:
                return live
            if lost is not None or trouble.stays(live, steps, missing):
                yield from trouble.rest(lost, live)
            steps = missing

    def _attempt(self, steps: tuple[Step, ...]) -> Reading[tuple[tuple[Step, ...], OpenOutcome | None]]:
        """Do the steps until the outcome of one is open; give those tried, and the error that left it open."""
        for number, step in enumerate(steps, start=1):
            self.tell(Stepped(at=self.clock.now(), key=self.wanted.key, step=step))
            try:
                yield from self._perform(step)
            except OpenOutcome as lost:
                self.progress.written = True
                return steps[:number], lost
            except Vanished:
                if isinstance(self.goal, Making):
                    raise
                # Somebody else removes it too: what is left to do, reading again will tell.
                return steps, None
        return steps, None

    def _perform(self, step: Step) -> Reading[None]:
        if isinstance(step, Wait):
            missing = MISSING if isinstance(self.goal, Making) else 0.0
            yield from wait_for(step, self.wanted.key, self.clock, self.tell, missing)
            return
        if isinstance(step, Call):
            yield step
            self.progress.made = self.progress.made or self.making
        else:
            yield from step.run()
        self.progress.written = True

    def _prove(
        self, tried: tuple[Step, ...], lost: OpenOutcome | None
    ) -> Reading[tuple[Resource | None, tuple[Step, ...]]]:
        """Read until nothing is missing, as often in a row as the kind wants; give up when reads no longer lag."""
        began, attempt, matches = self.clock.now(), 0, 0
        while True:
            live = yield from self.read()
            attempt += 1
            patience = self._patience(live, lost)
            late = self.clock.now() - began > patience.deadline
            missing = self._missing(live, late=late)
            matches = 0 if missing != () else matches + 1
            if matches >= self.wanted.stable_reads:
                return live, ()
            if missing and (late or not _lagging(missing, tried, lost)):
                return live, missing
            if missing != ():
                yield Pause(patience.pause(attempt))

    def _patience(self, live: Resource | None, lost: OpenOutcome | None) -> Patience:
        if lost is not None:
            return UNSURE
        return CREATED if live is None and self.progress.made else VISIBLE

    def _missing(self, live: Resource | None, *, late: bool) -> tuple[Step, ...] | None:
        """Give the steps still to be done; None while a read may only not show yet what was written."""
        try:
            missing = self.goal.next_steps(self.wanted, live, adopting=self.adopting or self.progress.made)
        except Refused:
            if late or not self.progress.written:
                raise
            return None
        if missing or live is None or not self.leaving:
            return missing
        if late:
            raise came_between(self.wanted, live, self.goal)
        return None


@define
class Trouble:
    """What stands in the way of one work, from round to round: open outcomes, and differences that do not go."""

    work: Work
    _seen: list[object] = field(factory=list)
    _since: float | None = None
    _rounds: int = 0

    def stays(self, live: Resource | None, done: tuple[Step, ...], missing: tuple[Step, ...]) -> bool:
        """Say whether all steps have left the difference as it was; raises NotAccepted the second time."""
        work = self.work
        difference = changes(live, work.wanted) if isinstance(work.goal, Making) else missing
        if difference in self._seen or len(self._seen) >= MOST_ROUNDS:
            raise not_accepted(work.wanted, live, work.goal)
        self._seen.append(difference)
        if missing != done:
            self._since = None
        return missing == done

    def rest(self, lost: OpenOutcome | None, live: Resource | None) -> Reading[None]:
        """Let some time pass before the next round, unless there is none left."""
        self._rounds += 1
        self._check(lost, live)
        yield Pause(SETTLE.pause(self._rounds))

    def _check(self, lost: OpenOutcome | None, live: Resource | None) -> None:
        now = self.work.clock.now()
        self._since = now if self._since is None else self._since
        if live is None and lost is not None and lost.cause.answered and now - self._since > TAKEN:
            said = f"{self.work.wanted.key}: {lost.message}; yet there is nothing of that name where it should be"
            raise Refused(
                said, next_step="Something elsewhere has the name, perhaps under another path: choose another."
            )
        if now - self._since > SETTLE.deadline:
            said = f"{self.work.wanted.key}: not settled after {now - self._since:.0f} s"
            problem = lost.problem if lost is not None and not lost.cause.answered else None
            why = f": {lost.message}" if lost else ""
            raise DeadlinePassed(f"{said}{why}", next_step="Run again to continue.", problem=problem) from lost


def _lagging(missing: tuple[Step, ...], tried: tuple[Step, ...], lost: OpenOutcome | None) -> bool:
    """Say whether reads may only not show yet what was done, or what may have been done."""
    return all(step in tried for step in missing) if lost is None else any(step in tried for step in missing)
