"""What was found of one thing that a run needs."""

from collections.abc import Callable
from enum import Enum

from attrs import field, frozen

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.errors import Problem, TasktoolError


class Level(Enum):
    """Whether a run will do well with it, with less, or not at all."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


@frozen(kw_only=True)
class Finding:
    """One line: what was looked at, how it stands, and what to do about it."""

    about: str
    level: Level
    said: str
    fix: str = ""
    problem: Problem = field(default=Problem.FAILED, eq=False)


Check = Callable[[], Reading[Finding]]


def good(about: str, said: str) -> Finding:
    """Give something that is as a run needs it."""
    return Finding(about=about, level=Level.PASS, said=said)


def warning(about: str, said: str, fix: str = "") -> Finding:
    """Give something without which a run does less."""
    return Finding(about=about, level=Level.WARN, said=said, fix=fix)


def bad(about: str, said: str, fix: str = "", problem: Problem = Problem.REFUSED) -> Finding:
    """Give something without which a run does not go."""
    return Finding(about=about, level=Level.FAIL, said=said, fix=fix, problem=problem)


def failed(about: str, error: TasktoolError) -> Finding:
    """Give what stood in the way of looking."""
    return bad(about, error.message, error.next_step, error.problem)
