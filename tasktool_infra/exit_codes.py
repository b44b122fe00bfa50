"""The exit codes of every command, in the one place from which help and documentation take them."""

from collections.abc import Iterable

from attrs import frozen

from tasktool_infra.engine.errors import Problem


@frozen
class ExitCode:
    """A code and what it means."""

    code: int
    meaning: str


OK = ExitCode(0, "fine, or nothing to do")
CHANGES = ExitCode(2, "changes are present (plan --detailed-exitcode only)")
UNREAD = ExitCode(141, "what was printed was not read to its end (| head)")
"""Source: 128 + SIGPIPE, as shells tell of any program that ends so."""
BY_PROBLEM = {
    Problem.INTERRUPTED: ExitCode(130, "interrupted"),
    Problem.REFUSED: ExitCode(
        78, "bad file, key or name, no such cluster, wrong target, any refusal, or a needed yes not given"
    ),
    Problem.DENIED: ExitCode(77, "denied, or no credentials"),
    Problem.UNREACHABLE: ExitCode(69, "unreachable"),
    Problem.FAILED: ExitCode(1, "failure"),
    Problem.UNFINISHED: ExitCode(75, "not finished, run again (a deadline passed, or something must come first)"),
    Problem.USAGE: ExitCode(64, "bad option or unknown environment"),
}
"""By problem, most telling first: of several, the first counts."""


def foremost(problems: Iterable[Problem]) -> Problem | None:
    """Give the problem that decides the exit code, or None without any."""
    there = set(problems)
    return next((problem for problem in BY_PROBLEM if problem in there), None)


def table() -> tuple[ExitCode, ...]:
    """Give all codes in ascending order."""
    return tuple(sorted((OK, CHANGES, UNREAD, *BY_PROBLEM.values()), key=lambda exit_code: exit_code.code))
