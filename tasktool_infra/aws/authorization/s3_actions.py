"""The actions behind calls to S3, which are seldom called like the calls.

Source: service authorization reference, Amazon S3; S3 API reference, the permissions of each operation.
"""

from tasktool_infra.aws.authorization.rule import Rule

_BUCKET = "arn:{partition}:s3:::{Bucket}"
_OBJECTS = f"{_BUCKET}/*"


def _bucket(action: str) -> tuple[Rule, ...]:
    return (Rule(f"s3:{action}", _BUCKET),)


def _object(action: str) -> tuple[Rule, ...]:
    return (Rule(f"s3:{action}", f"{_BUCKET}/{{Key}}"),)


S3 = {
    "abort_multipart_upload": _object("AbortMultipartUpload"),
    # All of a multipart upload is one permission. Source: S3 user guide, "Multipart upload API and permissions".
    "complete_multipart_upload": _object("PutObject"),
    "create_bucket": (
        Rule("s3:CreateBucket", _BUCKET),
        Rule("s3:TagResource", _BUCKET, when="CreateBucketConfiguration.Tags"),
    ),
    "create_multipart_upload": _object("PutObject"),
    "delete_bucket": _bucket("DeleteBucket"),
    "delete_object": _object("DeleteObject"),
    "delete_objects": (Rule("s3:DeleteObject", _OBJECTS), Rule("s3:DeleteObjectVersion", _OBJECTS)),
    "get_bucket_encryption": _bucket("GetEncryptionConfiguration"),
    "get_bucket_lifecycle_configuration": _bucket("GetLifecycleConfiguration"),
    "get_bucket_ownership_controls": _bucket("GetBucketOwnershipControls"),
    "get_bucket_policy": _bucket("GetBucketPolicy"),
    "get_bucket_tagging": _bucket("GetBucketTagging"),
    "get_bucket_versioning": _bucket("GetBucketVersioning"),
    "get_object": _object("GetObject"),
    "get_object_legal_hold": _object("GetObjectLegalHold"),
    "get_object_lock_configuration": _bucket("GetBucketObjectLockConfiguration"),
    "get_object_retention": _object("GetObjectRetention"),
    "get_public_access_block": _bucket("GetBucketPublicAccessBlock"),
    "head_bucket": _bucket("ListBucket"),
    "head_object": _object("GetObject"),
    "list_multipart_uploads": _bucket("ListBucketMultipartUploads"),
    "list_object_versions": _bucket("ListBucketVersions"),
    "list_objects": _bucket("ListBucket"),
    "list_objects_v2": _bucket("ListBucket"),
    "list_parts": _object("ListMultipartUploadParts"),
    "put_bucket_encryption": _bucket("PutEncryptionConfiguration"),
    "put_bucket_lifecycle_configuration": _bucket("PutLifecycleConfiguration"),
    "put_bucket_ownership_controls": _bucket("PutBucketOwnershipControls"),
    "put_bucket_policy": _bucket("PutBucketPolicy"),
    "put_bucket_tagging": _bucket("PutBucketTagging"),
    "put_bucket_versioning": _bucket("PutBucketVersioning"),
    "put_object": _object("PutObject"),
    "put_public_access_block": _bucket("PutBucketPublicAccessBlock"),
    "upload_part": _object("PutObject"),
}
