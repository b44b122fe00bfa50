"""Asks what a run may need answered, where there is somebody to ask."""

import select
import sys
from collections.abc import Callable, Sequence

from tasktool_infra.engine.errors import Declined, Interrupted, listed
from tasktool_infra.engine.plan import Plan
from tasktool_infra.report.console import console, in_ci
from tasktool_infra.report.lines import paragraph
from tasktool_infra.report.words import safe


def confirmation(*, yes: bool, machine: bool = False) -> bool | Callable[[Plan], bool] | None:
    """Give what answers for the user: a prompt at a terminal, else only ``--yes``.

    Nobody is asked where a machine reads along, nor in CI, whatever it takes for a terminal.
    """
    if machine or not _somebody():
        return True if yes else None

    def ask(plan: Plan) -> bool:
        console().show(paragraph(f"This needs a yes:{listed(plan.asks)}"))
        if _answer("Go on? Only 'yes' is taken for a yes: ") != "yes":
            # Who has just read what needs it is not told all of it again.
            raise Declined("The answer was not yes; nothing was written.", next_step="Run again to be asked anew.")
        if not plan.pinned:
            account = plan.target.get("account")
            print(f'Not asked again with this line in environments.toml:  account = "{account}"')
        return True

    return ask


def _somebody() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not in_ci()


def questions() -> Callable[[str, Sequence[str], str], str] | None:
    """Give what asks a question with the answers that there are (none: any) and the usual one; None without anybody."""
    if not _somebody():
        return None

    def ask(question: str, answers: Sequence[str], usual: str) -> str:
        among = f" ({', '.join(answers)})" if answers else ""
        default = f" [{usual}]" if usual else ""
        while True:
            answer = _answer(safe(f"{question}{among}?{default} ")) or usual
            if not answers or answer in answers:
                return answer

    return ask


def _answer(question: str) -> str:
    try:
        print(question, end="", flush=True)
        line = _line()
        if not line:
            print()
        return line.strip()
    except KeyboardInterrupt:
        print()
        raise Interrupted("Interrupted; nothing was written.") from None


def _line() -> str:
    # Not input(): a signal that comes between its prompt and its read is only noticed after the next key.
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        pass
    return sys.stdin.readline()
