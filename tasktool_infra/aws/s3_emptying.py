"""Empties a bucket: all versions, delete markers and unfinished uploads."""

from typing import Any

from attrs import frozen

from tasktool_infra.engine.calls import GONE, Call, Pause, Reading, procedure, write
from tasktool_infra.engine.errors import NotAccepted, TasktoolError

MOST_AGAIN = 5
"""How often the same objects may be listed again after their deletion was accepted."""
LONGEST_PAUSE = 8.0
"""Seconds at most until they are listed again: a list may lag behind a deletion."""
PAGE = 1000
"""The most that one DeleteObjects takes. Source: S3 API reference, DeleteObjects."""


@procedure
@frozen
class EmptyBucket:
    """Delete every version of every object, page by page, reading each page's list of errors."""

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
        """List and delete until nothing is left, then abort what was begun."""
        address = {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}
        listing = Call("s3", "list_object_versions", {**address, "MaxKeys": PAGE}, expects={"NoSuchBucket": GONE})
        before, again = None, 0
        while (page := (yield listing)) is not GONE:
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if not found:
                break
            again = again + 1 if found == before else 0
            if again > MOST_AGAIN:
                said = f"s3_bucket.{self.bucket}: the deletion of its objects was accepted, but they are still listed"
                raise NotAccepted(said, next_step="Run again to continue.")
            before = found
            yield from self._delete(address, found)
            if again:
                yield Pause(min(2.0**again, LONGEST_PAUSE))
        uploads = yield Call("s3", "list_multipart_uploads", address, expects={"NoSuchBucket": GONE}, pages=True)
        if uploads is not GONE:
            for upload in uploads.get("Uploads", ()):
                one = {**address, "Key": upload["Key"], "UploadId": upload["UploadId"]}
                yield write("s3", "abort_multipart_upload", one, "abort an upload", expects={"NoSuchUpload": GONE})

    def _delete(self, address: dict[str, str], found: list[Any]) -> Reading[None]:
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        answer = yield write(
            "s3", "delete_objects", {**address, "Delete": {"Objects": objects, "Quiet": True}}, "delete objects"
        )
        errors = answer.get("Errors", ())
        if errors:
            first = errors[0]
            raise TasktoolError(
                f"s3_bucket.{self.bucket}: {len(errors)} of {len(objects)} objects were not deleted; the first,"
                f" {first.get('Key')}: {first.get('Code')}: {first.get('Message')}",
                next_step="Objects under Object Lock or a legal hold stay until that ends.",
            )
