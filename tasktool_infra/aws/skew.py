"""Whether this machine's clock is at fault: AWS dates its answers, and takes no request of minutes before or after."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tasktool_infra.values.skew import SET, ahead, told

SKEWED = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
SIGNED = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired", "403"})
"""Codes by which a request of another time may be turned down; a HEAD has a status only."""


def advice(code: str, said: str, headers: Mapping[str, Any], now: datetime | None = None) -> str:
    """Give what to do about the clock, or nothing where it is not at fault.

    Takes the error's code and words, and the headers of the answer by their names in lower case.
    """
    seconds = ahead(headers, now or datetime.now(UTC))
    certain = code in SKEWED or "Signature expired" in said or "Signature not yet current" in said
    measured = told(seconds, "AWS") if certain or code in SIGNED else ""
    return measured or (f"This machine's clock is wrong: {SET}" if certain else "")
