"""What can go wrong, as values for people: each says what was done, on what, what was answered, what to do next.

TasktoolError
├── ApiError            an API answered with an error, or did not answer
├── OpenOutcome         a write whose outcome only reading again can tell
├── DeadlinePassed      it went on longer than it may
├── Barred              it is not there, and the caller may not make it
├── Vanished            it is gone, and was waited for
├── NotAccepted         the API took the change and still reports the old state
├── Refused             the plan, the target or the input forbids it; nothing was written
├── Declined            a needed yes was not given; nothing was written
├── Interrupted         stopped by the user
├── RunFailed           a run whose result lists what failed
├── SettingsError       the settings can't be used
└── SandboxError        the sandbox can't be started, found or stopped
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

UNTRUSTED = "Untrusted"
"""The code for a host that shows a certificate of nobody who is trusted: trying again does not help."""


MOST = 20
"""So many things are listed in one error."""
SOME = 3
"""So many are named within a sentence."""


def listed(things: Sequence[str]) -> str:
    """Give things as a list below a sentence: each on a line of its own, and how many more there are."""
    more = [f"… and {len(things) - MOST} more"] if len(things) > MOST else []
    return "".join(f"\n  - {thing}" for thing in (*things[:MOST], *more))


def some(names: Sequence[str]) -> str:
    """Give names within a sentence: the first ones, and how many more there are."""
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return ", ".join(names[:SOME]) + more


class Problem(Enum):
    """Sorts of failure, each with its own exit code at the command line."""

    FAILED = "failed"
    USAGE = "usage"
    UNREACHABLE = "unreachable"
    UNFINISHED = "unfinished"
    DENIED = "denied"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class TasktoolError(Exception):
    """The root of all errors that are meant for people; on its own, what has no class of its own.

    ``message`` says what was wrong, ``next_step`` what to do about it.
    """

    problem: Problem = Problem.FAILED

    def __init__(self, message: str, *, next_step: str = "", problem: Problem | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        if problem is not None:
            self.problem = problem

    def __str__(self) -> str:
        """Give the message and, on a line of its own, the next step."""
        return f"{self.message}\n{self.next_step}" if self.next_step else self.message

    def _render_traceback_(self) -> list[str]:
        """Give what notebooks show: the words alone, as at the command line. Source: IPython, ``showtraceback``."""
        return [f"{type(self).__name__}: {self}"]


class ApiError(TasktoolError):
    """An API answered with an error, or did not answer.

    ``code`` is the API's own (``NoSuchEntity``, ``NotFound``) or, without an answer, one of ``Timeout``, ``Reset``,
    ``ConnectTimeout``, ``NoSuchHost``, ``Unreachable``, ``Untrusted``, ``NoCredentials``; ``status`` is the HTTP status
    or 0; ``detail`` what the API said besides.
    """

    def __init__(
        self,
        code: str,
        said: str,
        *,
        call: str = "",
        status: int = 0,
        request_id: str = "",
        detail: Any = None,
        problem: Problem = Problem.FAILED,
        next_step: str = "",
    ) -> None:
        at = f" (request {request_id})" if request_id else ""
        super().__init__(f"{call}: {code}: {said}{at}", next_step=next_step, problem=problem)
        self.code = code
        self.said = said
        self.call = call
        self.status = status
        self.request_id = request_id
        self.detail = detail

    @property
    def answered(self) -> bool:
        """Whether the API answered at all."""
        return self.status != 0


class OpenOutcome(TasktoolError):
    """A write that may or may not have been done: only reading again can tell, and running again does."""

    def __init__(self, cause: ApiError) -> None:
        super().__init__(cause.message, next_step=cause.next_step, problem=cause.problem)
        self.cause = cause


class DeadlinePassed(TasktoolError):
    """Something went on for longer than it may; running again continues."""

    problem = Problem.UNFINISHED


class Barred(TasktoolError):
    """Something is not there, and the caller may not make it; a plan that is only looked at can still show it.

    Have somebody make it who may, or be given what `permissions` prints for the command.
    """

    problem = Problem.DENIED


class Vanished(TasktoolError):
    """Something is gone that was waited for: somebody else removed it. Find out who, then run again."""


class NotAccepted(TasktoolError):
    """The API accepted the change, and still reports the difference; running again looks and tries once more.

    If it comes again, something else (another tool, a policy of the organization) sets it back each time.
    """


class Refused(TasktoolError):
    """Forbidden by the plan, the target or the input, before anything was written."""

    problem = Problem.REFUSED


class Declined(TasktoolError):
    """A yes was needed and not given; nothing was written. With nobody to ask: ``--yes``, from Python ``confirm=``."""

    problem = Problem.REFUSED


class Interrupted(TasktoolError):
    """Stopped by the user; what was under way has ended, nothing new was started."""

    problem = Problem.INTERRUPTED
