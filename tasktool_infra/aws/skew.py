"""Whether this machine's clock is at fault: AWS dates its answers, and takes no request of minutes before or after."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

SKEWED = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
SIGNED = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired", "403"})
"""Codes by which a request of another time may be turned down; a HEAD has a status only."""
TOLERATED = 240.0
"""Seconds; AWS takes five minutes, S3 fifteen. Source: IAM user guide, "Troubleshooting Signature Version 4"."""
SET = "set it (for example: timedatectl set-ntp true), then run again."


def advice(code: str, said: str, headers: Mapping[str, Any], now: datetime | None = None) -> str:
    """Give what to do about the clock, or nothing where it is not at fault.

    Takes the error's code and words, and the headers of the answer by their names in lower case.
    """
    seconds = ahead(headers, now or datetime.now(UTC))
    certain = code in SKEWED or "Signature expired" in said or "Signature not yet current" in said
    if abs(seconds) > TOLERATED and (certain or code in SIGNED):
        direction = "ahead of" if seconds > 0 else "behind"
        return f"This machine's clock is {_minutes(abs(seconds))} {direction} that of AWS: {SET}"
    return f"This machine's clock is wrong: {SET}" if certain else ""


def ahead(headers: Mapping[str, Any], now: datetime) -> float:
    """Give by how many seconds our clock is ahead; 0 where the answer has no date."""
    try:
        dated = parsedate_to_datetime(str(headers["date"]))
    except (KeyError, ValueError):
        return 0.0
    return (now - dated).total_seconds() if dated.tzinfo is not None else 0.0


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"  # noqa: PLR2004
