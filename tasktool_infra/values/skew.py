"""By how much this machine's clock differs from that of a server, which dates its answers."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

TOLERATED = 240.0
"""Seconds; AWS takes five minutes, S3 fifteen. Source: IAM user guide, "Troubleshooting Signature Version 4"."""
SET = "set it (for example: timedatectl set-ntp true), then run again."


def ahead(headers: Mapping[str, Any], now: datetime) -> float:
    """Give by how many seconds our clock is ahead, from headers by their names in lower case; 0 without a date."""
    try:
        dated = parsedate_to_datetime(str(headers["date"]))
    except (KeyError, ValueError):
        return 0.0
    return (now - dated).total_seconds() if dated.tzinfo is not None else 0.0


def told(seconds: float, whose: str) -> str:
    """Give in words that our clock is so many seconds ahead of another's, and what to do; nothing where it is right."""
    if abs(seconds) <= TOLERATED:
        return ""
    direction = "ahead of" if seconds > 0 else "behind"
    return f"This machine's clock is {_minutes(abs(seconds))} {direction} that of {whose}: {SET}"


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"  # noqa: PLR2004
