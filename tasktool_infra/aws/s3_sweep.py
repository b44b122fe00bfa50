"""One way through all versions of a bucket's objects, page by page, past what can't be deleted."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading, write

PAGE = 1000
"""The most that one DeleteObjects takes. Source: S3 API reference, DeleteObjects."""
PASSING = frozenset({"InternalError", "SlowDown", "ServiceUnavailable", "OperationAborted", "RequestTimeout"})
"""The codes for objects that may well be deleted the next time. Source: S3 API reference, "Error responses"."""
GONE_ALREADY = frozenset({"NoSuchKey", "NoSuchVersion"})

Version = tuple[str, str]
"""An object and one version of it."""


@define
class Sweep:
    """Goes through the versions of a bucket and deletes them; remembers the errors of those that stay."""

    address: dict[str, str]
    stuck: dict[Version, Mapping[str, Any]] = field(factory=dict)
    passing: dict[Version, Mapping[str, Any]] = field(factory=dict)
    _gone: set[Version] = field(factory=set)

    @property
    def staying(self) -> dict[Version, Mapping[str, Any]]:
        """What is still there, with the last error of each."""
        return {**self.stuck, **self.passing}

    @property
    def tried(self) -> int:
        """How many have been tried so far."""
        return len(self._gone) + len(self.staying)

    def through(self, page: Any, *, anew: bool = False) -> Reading[int]:
        """Go from a first page to the end; give how many were found that are not known to be stuck.

        A page is deleted when the one after it is known, so that the mark by which the list goes on is still there.
        What was deleted already is only listed late, and not deleted again unless ``anew``.
        """
        doomed: list[Version] = []
        self.passing, found, seen = {}, 0, set[Version]()
        while doomed or page:
            calls = {"page": listing(self.address, page)} if page and page.get("NextKeyMarker") else {}
            calls |= {"deletion": _deletion(self.address, doomed)} if doomed else {}
            answers = dict(zip(calls, (yield tuple(calls.values())), strict=True)) if calls else {}
            self._note(doomed, answers.get("deletion", {}))
            seen |= set(_versions(page))
            left = [version for version in _versions(page) if version not in self.stuck]
            doomed = [version for version in left if anew or not self._is_gone(version)]
            found += len(left)
            page = None if answers.get("page") is GONE else answers.get("page")
        self.stuck = {version: error for version, error in self.stuck.items() if version in seen}
        return found

    def _is_gone(self, version: Version) -> bool:
        """Say whether it can't come back: without versions, the same may have been put again."""
        return version in self._gone and version[1] != "null"

    def _note(self, doomed: list[Version], answer: Any) -> None:
        listed = answer.get("Errors", ()) if not isinstance(answer, Meaning) else ()
        errors = {(error.get("Key"), error.get("VersionId")): error for error in listed}
        for version in doomed:
            error = errors.get(version) or errors.get((version[0], None))
            if error is None or error.get("Code") in GONE_ALREADY:
                self._gone.add(version)
            else:
                (self.passing if error.get("Code") in PASSING else self.stuck)[version] = error


def listing(address: Mapping[str, str], page: Any = None) -> Call:
    """Give the call that lists the first page of versions, or the one after ``page``."""
    marks = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
    after = {mark: page[following] for mark, following in marks.items() if page and page.get(following)}
    return Call("s3", "list_object_versions", {**address, "MaxKeys": PAGE, **after}, expects={"NoSuchBucket": GONE})


def _deletion(address: Mapping[str, str], doomed: list[Version]) -> Call:
    delete = {"Objects": [named(version) for version in doomed], "Quiet": True}
    return write(
        "s3", "delete_objects", {**address, "Delete": delete}, "delete objects", expects={"NoSuchBucket": GONE}
    )


def _versions(page: Any) -> Iterator[Version]:
    for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())) if page else ():
        yield each["Key"], each["VersionId"]


def named(version: Version) -> dict[str, str]:
    """Give the parameters that name a version."""
    return {"Key": version[0], "VersionId": version[1]}
