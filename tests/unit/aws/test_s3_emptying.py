"""Emptying a bucket: it ends, whatever S3 goes on to list, and tells of all that stays and why."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define, field

from tasktool_infra.aws import s3_sweep
from tasktool_infra.aws.s3_emptying import MOST_AGAIN, TOLD, EmptyBucket
from tasktool_infra.engine.calls import GONE, Call
from tasktool_infra.engine.errors import NotAccepted, Problem, TasktoolError
from tests.answers import error, feed

LOCKED = {"Code": "AccessDenied", "Message": "Access Denied because object protected by object lock."}
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
NOT_LOCKED = error("NoSuchObjectLockConfiguration")


@define(eq=False)
class Versions:
    """A bucket with versions by number, some of which give an error for as often as is said."""

    there: list[int]
    errors: dict[int, tuple[dict[str, str], int]] = field(factory=dict)
    deletions: list[list[str]] = field(factory=list)
    aborted: list[str] = field(factory=list)

    def listed(self, call: Call) -> dict[str, Any]:
        after = int(call.parameters.get("KeyMarker", -1))
        left = [number for number in self.there if number > after]
        page, more = left[: s3_sweep.PAGE], left[s3_sweep.PAGE :]
        marks = {"IsTruncated": True, "NextKeyMarker": f"{page[-1]:04}", "NextVersionIdMarker": "1"} if more else {}
        return {"Versions": [{"Key": f"{number:04}", "VersionId": "1"} for number in page], **marks}

    def delete(self, call: Call) -> dict[str, Any]:
        keys = [each["Key"] for each in call.parameters["Delete"]["Objects"]]
        self.deletions.append(keys)
        errors = []
        for number in map(int, keys):
            said, times = self.errors.get(number, ({}, 0))
            if times:
                self.errors[number] = said, times - 1
                errors.append({"Key": f"{number:04}", "VersionId": "1", **said})
            else:
                self.there.remove(number)
        return {"Errors": errors} if errors else {}

    def answers(self, **more: Any) -> dict[str, Any]:
        uploads = {"Uploads": [{"Key": f"u{n}", "UploadId": str(n)} for n in range(3)]}
        return {
            "list_object_versions": self.listed,
            "list_multipart_uploads": uploads,
            "delete_objects": self.delete,
            "abort_multipart_upload": lambda call: self.aborted.append(call.parameters["Key"]),
            "get_object_retention": NOT_LOCKED,
            "get_object_legal_hold": NOT_LOCKED,
            **more,
        }


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page hold three."""
    monkeypatch.setattr(s3_sweep, "PAGE", 3)


def empty(versions: Versions, **more: Any) -> None:
    """Empty a bucket."""
    feed(EmptyBucket("b", "123456789012").run(), versions.answers(**more))


def refused(versions: Versions, **more: Any) -> TasktoolError:
    """Give the error that a bucket is left with."""
    with pytest.raises(TasktoolError) as told:
        empty(versions, **more)
    return told.value


@pytest.mark.parametrize("number", [0, 1, 3, 4, 10])
def test_everything_goes_and_uploads_are_aborted(number: int) -> None:
    versions = Versions(list(range(number)))
    empty(versions)
    assert versions.there == []
    assert sum(len(keys) for keys in versions.deletions) == number
    assert versions.aborted == ["u0", "u1", "u2"]


def test_what_cannot_be_deleted_is_passed_by_and_all_of_it_is_told() -> None:
    """Whole pages of locked objects at the front do not keep the others."""
    versions = Versions(list(range(12)), errors=dict.fromkeys((0, 1, 2, 3, 7), (LOCKED, 99)))
    told = refused(versions)
    assert versions.there == [0, 1, 2, 3, 7]
    assert versions.aborted == ["u0", "u1", "u2"]
    assert "s3_bucket.b: 5 of 12 objects were not deleted, and so it stays" in told.message
    assert [f"{number:04} (version 1): AccessDenied: " in told.message for number in (0, 1, 2, 3, 7)] == [True] * 5
    assert told.problem is Problem.UNFINISHED
    assert "never bypassed" in told.next_step


@pytest.mark.parametrize(
    ("retention", "hold", "why"),
    [
        (
            {"Retention": {"Mode": "COMPLIANCE", "RetainUntilDate": UNTIL}},
            NOT_LOCKED,
            "Object Lock: COMPLIANCE retention until 2027-01-01 00:00 UTC",
        ),
        (NOT_LOCKED, {"LegalHold": {"Status": "ON"}}, "Object Lock: a legal hold"),
        (
            {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": UNTIL}},
            {"LegalHold": {"Status": "ON"}},
            "Object Lock: GOVERNANCE retention until 2027-01-01 00:00 UTC and a legal hold",
        ),
        (error("AccessDenied"), error("AccessDenied"), "AccessDenied: Access Denied because object protected by"),
        (error("InvalidRequest"), {"LegalHold": {"Status": "OFF"}}, "AccessDenied: Access Denied because object"),
    ],
)
def test_what_holds_an_object_is_named(retention: Any, hold: Any, why: str) -> None:
    versions = Versions([1], errors={1: (LOCKED, 99)})
    told = refused(versions, get_object_retention=retention, get_object_legal_hold=hold)
    assert f"0001 (version 1): {why}" in told.message


def test_of_many_that_stay_some_are_named_and_the_rest_is_counted() -> None:
    denied = {"Code": "AccessDenied", "Message": "Access Denied"}
    versions = Versions(list(range(TOLD + 7)), errors=dict.fromkeys(range(TOLD + 7), (denied, 99)))
    told = refused(versions)
    assert told.message.count("(version 1)") == TOLD
    assert told.message.endswith("\n  - 7 more: AccessDenied: Access Denied")
    assert told.problem is Problem.DENIED


@pytest.mark.parametrize("code", ["InternalError", "SlowDown"])
def test_a_passing_error_of_one_object_is_tried_again(code: str) -> None:
    versions = Versions(list(range(7)), errors={4: ({"Code": code, "Message": "again, please"}, 3)})
    empty(versions)
    assert versions.there == []


def test_an_error_that_does_not_pass_is_told() -> None:
    versions = Versions(list(range(2)), errors={1: ({"Code": "InternalError", "Message": "again, please"}, 99)})
    told = refused(versions)
    assert "1 of 2 objects were not deleted" in told.message
    assert "0001 (version 1): InternalError: again, please" in told.message
    assert told.problem is Problem.FAILED
    assert len(versions.deletions) == MOST_AGAIN + 3


def test_what_is_listed_for_ever_is_not_deleted_for_ever() -> None:
    versions = Versions([1])

    def delete(call: Call) -> dict[str, Any]:
        versions.deletions.append([each["Key"] for each in call.parameters["Delete"]["Objects"]])
        return {}

    with pytest.raises(NotAccepted, match="still listed"):
        empty(versions, delete_objects=delete)
    # At once, and when nothing has come of waiting: each deletion may make the list late again.
    assert len(versions.deletions) == 3


def test_what_somebody_else_deleted_meanwhile_is_gone() -> None:
    versions = Versions([1], errors={1: ({"Code": "NoSuchVersion", "Message": "The version does not exist."}, 1)})
    empty(versions)
    assert versions.there == []


def test_a_bucket_that_goes_meanwhile_is_empty() -> None:
    versions = Versions([1])
    empty(versions, list_object_versions=lambda call: versions.listed(call) if versions.there else GONE)
    assert versions.there == []
    empty(versions, list_object_versions=error("NoSuchBucket"), list_multipart_uploads=error("NoSuchBucket"))
