"""What S3 itself keeps from being deleted, whatever a caller may do: Object Lock and MFA Delete. Never bypassed.

Source: S3 user guide, "Object Lock" and "Configuring MFA delete"; S3 API reference, GetObjectLockConfiguration.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from tasktool_infra.aws.s3_settings import FORBIDDEN, UNSET
from tasktool_infra.engine.calls import GONE, Call, Meaning

NOT_SAID = Meaning("not said")
_SILENT = dict.fromkeys(
    ("NoSuchObjectLockConfiguration", "InvalidRequest", "AccessDenied", "NoSuchKey", "NoSuchVersion", "NoSuchBucket"),
    NOT_SAID,
)
NO_FLAG = "no flag of a teardown changes that"
WAY_OUT = (
    "What is under Object Lock stays until its retention has ended and its legal hold is taken off"
    " (aws s3api put-object-legal-hold); it is never bypassed. Then run again."
)


def look(address: Mapping[str, str]) -> Call:
    """Give the call that reads whether a bucket locks its objects."""
    expects = {"ObjectLockConfigurationNotFoundError": UNSET, "NoSuchBucket": GONE, "AccessDenied": FORBIDDEN}
    return Call("s3", "get_object_lock_configuration", address, expects=expects)


def protections(lock: Any, versioning: Any) -> Iterator[str]:
    """Give what a removal must know of a bucket, for people, from how it locks and keeps versions."""
    if lock is FORBIDDEN:
        needed = "s3:GetBucketObjectLockConfiguration"
        yield f"whether Object Lock is on can't be seen (the caller may not call {needed}): what it holds stays"
    elif not isinstance(lock, Meaning) and lock["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled":
        yield f"Object Lock is on{_by_default(lock)}: what it still holds stays, and the bucket with it; {NO_FLAG}"
    if not isinstance(versioning, Meaning) and versioning.get("MFADelete") == "Enabled":
        yield f"MFA Delete is on: only the root user deletes versions, with a second factor; {NO_FLAG}"


def _by_default(lock: Any) -> str:
    default = lock["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
    spans = (f"{default[unit]} {unit.lower()}" for unit in ("Days", "Years") if unit in default)
    return f" ({default.get('Mode')} for {next(spans, '?')})" if default else ""


def questions(address: Mapping[str, str], version: Mapping[str, str]) -> tuple[Call, Call]:
    """Give the calls that tell what holds one version of an object."""
    one = {**address, **version}
    return (
        Call("s3", "get_object_retention", one, expects=_SILENT),
        Call("s3", "get_object_legal_hold", one, expects=_SILENT),
    )


def holds(retention: Any, hold: Any) -> str:
    """Give in words what holds an object, from the answers to :func:`questions`; empty when they do not say."""
    told = []
    if not isinstance(retention, Meaning):
        kept = retention.get("Retention", {})
        until = kept.get("RetainUntilDate")
        told += [f"{kept.get('Mode')} retention until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if until else []
    if not isinstance(hold, Meaning) and hold.get("LegalHold", {}).get("Status") == "ON":
        told.append("a legal hold")
    return f"Object Lock: {' and '.join(told)}" if told else ""
