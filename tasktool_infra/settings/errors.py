"""What is said when settings can't be used."""

from collections.abc import Iterable, Sequence
from enum import Enum

from attrs import frozen

from tasktool_infra.engine import errors
from tasktool_infra.engine.errors import TasktoolError

_LONGEST = 80


class Kind(Enum):
    """Which of the two mistakes it was: they have different exit codes."""

    UNKNOWN_ENVIRONMENT = "unknown environment"
    BAD_SETTING = "bad file, key or name"


@frozen
class Problem:
    """One thing that is wrong: the setting, the place that it was read from, and the reason."""

    key: str
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class SettingsError(TasktoolError):
    """The settings can't be used: the file, a key or a value is wrong, or there is no such environment (exit code 64).

    ``kind`` says which of the two, ``problems`` holds what is wrong one by one. What is said names the place that each
    was read from: environments.toml, a variable or an option. Correct it there.
    """

    problem = errors.Problem.REFUSED

    def __init__(
        self,
        message: str,
        kind: Kind = Kind.BAD_SETTING,
        problems: Sequence[Problem] = (),
        *,
        next_step: str = "",
    ) -> None:
        usage = errors.Problem.USAGE if kind is Kind.UNKNOWN_ENVIRONMENT else None
        super().__init__(message, next_step=next_step, problem=usage)
        self.kind = kind
        self.problems = tuple(problems)


def refusal(environment: str, problems: Sequence[Problem]) -> SettingsError:
    """Give the error that names all problems at once.

    Takes:
        environment: the name, as it was asked for.
        problems: at least one.
    """
    lines = list(dict.fromkeys(map(str, problems)))
    if len(lines) > 1:
        lines = [f"{len(lines)} problems with the settings of {show(environment)}:", *(f"  {line}" for line in lines)]
    return SettingsError("\n".join(lines), problems=problems, next_step="Correct it there, then run again.")


def show(text: str) -> str:
    """Quote a text for a message: on one line, not endless, and with nothing that a terminal would act on."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def plain(text: str) -> str:
    """Give a text as it is where it is safe to print, else quoted."""
    return text if text.isprintable() else repr(text)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give the end of a sentence that names what was probably meant, or nothing.

    Takes:
        word: what was written.
        known: what could have been written.
    """
    import difflib  # only for those who misspell

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {plain(near[0])}?" if near else ""
