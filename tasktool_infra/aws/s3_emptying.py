"""Empties a bucket: all versions, delete markers and unfinished uploads."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.aws import s3_lock
from tasktool_infra.aws.s3_sweep import Sweep, listing, named
from tasktool_infra.engine.calls import GONE, Call, Pause, Reading, procedure, write
from tasktool_infra.engine.errors import NotAccepted, Problem, TasktoolError

MOST_AGAIN = 6
"""How often all may be listed again although nothing has become less."""
LONGEST_PAUSE = 8.0
"""Seconds at most until all is listed again: a list may lag behind a deletion."""
TOLD = 10
"""How many of the objects that stay are named."""


@procedure
@frozen
class EmptyBucket:
    """Delete every version of every object, whatever stands in the way of some, and abort what is being uploaded."""

    bucket: str
    account: str

    @property
    def says(self) -> str:
        """What it does."""
        return "delete all versions of all objects, and unfinished uploads"

    @property
    def removes(self) -> str:
        """What it takes away."""
        return "all objects"

    def run(self) -> Reading[None]:
        """Delete page by page until nothing is left but what can't be deleted; raises TasktoolError with that."""
        address = {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}
        first, uploads = yield (
            listing(address),
            Call("s3", "list_multipart_uploads", address, expects={"NoSuchBucket": GONE}, pages=True),
        )
        sweep, before, again = Sweep(address), 0, 0
        while first is not GONE and (found := (yield from sweep.through(first, anew=again >= MOST_AGAIN - 1))):
            again = again + 1 if before and found >= before else 0
            if again > MOST_AGAIN:
                break
            before = found
            yield from (Pause(min(2.0**again, LONGEST_PAUSE)),) if again or sweep.passing else ()
            first = yield listing(address)
        yield from _abort(address, uploads)
        if sweep.staying:
            yield from self._tell(sweep)
        if again > MOST_AGAIN:
            said = f"s3_bucket.{self.bucket}: the deletion of its objects was accepted, but they are still listed"
            raise NotAccepted(said, next_step="Run again to continue.")

    def _tell(self, sweep: Sweep) -> Reading[None]:
        """Ask what holds the first of the objects that stay, and raise with all that stays and why."""
        staying = sweep.staying
        why = {version: _said(error) for version, error in staying.items()}
        asked = [version for version in list(staying)[:TOLD] if staying[version].get("Code") == "AccessDenied"]
        answers = yield tuple(call for version in asked for call in s3_lock.questions(sweep.address, named(version)))
        for version, pair in zip(asked, zip(answers[::2], answers[1::2], strict=True), strict=True):
            why[version] = s3_lock.holds(*pair) or why[version]
        lines = (f"\n  - {key} (version {number}): {why[key, number]}" for key, number in list(staying)[:TOLD])
        locked = any("object lock" in said.lower() for said in why.values())
        raise TasktoolError(
            f"s3_bucket.{self.bucket}: {len(staying)} of {sweep.tried} objects were not deleted, and so it stays"
            f"{''.join(lines)}{_rest(list(why.values())[TOLD:])}",
            next_step=s3_lock.WAY_OUT if locked else "Run again to continue.",
            problem=Problem.UNFINISHED if locked else _problem(staying),
        )


def _abort(address: Mapping[str, str], uploads: Any) -> Reading[None]:
    """Abort all uploads side by side."""
    begun = uploads.get("Uploads", ()) if uploads is not GONE else ()
    calls = tuple(
        write(
            "s3",
            "abort_multipart_upload",
            {**address, "Key": upload["Key"], "UploadId": upload["UploadId"]},
            "abort an upload",
            expects={"NoSuchUpload": GONE, "NoSuchBucket": GONE},
        )
        for upload in begun
    )
    if calls:
        yield calls


def _said(error: Mapping[str, Any]) -> str:
    return f"{error.get('Code')}: {error.get('Message')}"


def _rest(reasons: list[str]) -> str:
    return "".join(f"\n  - {number} more: {said}" for said, number in Counter(reasons).items())


def _problem(staying: Mapping[Any, Mapping[str, Any]]) -> Problem:
    denied = {error.get("Code") for error in staying.values()} == {"AccessDenied"}
    return Problem.DENIED if denied else Problem.FAILED
