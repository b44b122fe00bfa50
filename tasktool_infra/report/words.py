"""Text for terminals: safe, short, and coloured where colour is wanted."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

LONGEST = 100
COLOURS = {"green": "32", "yellow": "33", "red": "31", "grey": "90", "bold": "1", "cyan": "36"}


def safe(text: str) -> str:
    """Give the text with every character escaped that a terminal would act on."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def coloured(environ: Mapping[str, str] | None = None) -> bool:
    """Say whether standard output takes colour: a terminal that is not dumb, and no ``NO_COLOR``."""
    shell = os.environ if environ is None else environ
    return sys.stdout.isatty() and not shell.get("NO_COLOR") and shell.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """Give the text in a colour, where colour is wanted."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if coloured() else text


def shown(value: Any) -> str:
    """Give a value of a plan on one line, shortened when long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = safe(text.replace("\n", " "))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
