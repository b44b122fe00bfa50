"""Patterns with ``*`` and ``?``, in actions, ARNs and conditions.

Source: IAM user guide, JSON policy element reference, and policy variables.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

PARTS = 6
"""An ARN has six parts between its colons: the last may hold further ones."""
_VARIABLE = re.compile(r"\$\{([^},]+)(?:, *'([^']*)')?\}")
_LITERAL = {"*": "[*]", "?": "[?]", "$": "$"}
Context = Mapping[str, Sequence[str]]
"""The keys of a request with their values; keys in lower case."""


def matches(pattern: str, text: str) -> bool:
    """Say whether a text fits a pattern as a whole, upper and lower case kept apart."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # A literal asterisk or question mark comes out of a policy variable, in brackets.
    special = {"*": ".*", "?": ".", "[*]": r"\*", "[?]": r"\?"}
    parts = re.split(r"(\[[*?]\]|[*?])", pattern)
    return re.compile("".join(special.get(part) or re.escape(part) for part in parts), re.DOTALL)


def arn_matches(pattern: str, arn: str) -> bool:
    """Say whether an ARN fits a pattern, part by part: a wildcard never reaches over the first five colons."""
    if pattern == "*":
        return True
    wanted, found = pattern.split(":", PARTS - 1), arn.split(":", PARTS - 1)
    if len(wanted) < PARTS and wanted[-1].endswith("*"):
        # An ARN that is cut short after a wildcard is read as if the rest were wildcards.
        wanted += ["*"] * (PARTS - len(wanted))
    return len(wanted) == len(found) and all(matches(*pair) for pair in zip(wanted, found, strict=True))


def resolved(pattern: str, context: Context) -> str | None:
    """Give a pattern with its policy variables (``${aws:username}``) filled in; None when one has no value."""
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        if found[1] in _LITERAL:
            return _LITERAL[found[1]]
        values = context.get(found[1].lower(), ())
        if len(values) != 1 and found[2] is None:
            missing.append(found[1])
        text = values[0] if len(values) == 1 else found[2] or ""
        return re.sub(r"[*?]", lambda wild: f"[{wild[0]}]", text)

    text = _VARIABLE.sub(value, pattern)
    return None if missing else text
