"""Breaks in ECR, DynamoDB and S3."""

from typing import Any

from tests.system.breaks.broken import ACCOUNT, Broken, broken
from tests.system.world import BUCKET, TABLE, World

WEB, SERVICE, REPORTER = (f"mamezou-tech/{name}" for name in ("task-web", "task-service", "task-reporter"))
IN_TABLE, IN_BUCKET = f"dynamodb_table[{TABLE}]-", f"s3_bucket[{BUCKET}]-"
ARN = f"arn:aws:dynamodb:ap-northeast-1:{ACCOUNT}:table/{TABLE}"


@broken("false", f"ecr_repository[{WEB}]-scan_on_push")
def images_not_scanned(cloud: World) -> None:
    cloud.aws("ecr").put_image_scanning_configuration(
        repositoryName=WEB, imageScanningConfiguration={"scanOnPush": False}
    )


@broken("false", f"ecr_repository[{SERVICE}]-immutable_tags")
def tags_may_move(cloud: World) -> None:
    cloud.aws("ecr").put_image_tag_mutability(repositoryName=SERVICE, imageTagMutability="MUTABLE")


@broken("null", f"ecr_repository[{REPORTER}]-untagged_days")
def images_never_expire(cloud: World) -> None:
    cloud.aws("ecr").delete_lifecycle_policy(repositoryName=REPORTER)


@broken("absent", f"ecr_repository[{WEB}]-tags-UsedBy/prod")
def not_marked_as_used(cloud: World) -> None:
    arn = f"arn:aws:ecr:ap-northeast-1:{ACCOUNT}:repository/{WEB}"
    cloud.aws("ecr").untag_resource(resourceArn=arn, tagKeys=["UsedBy/prod"])


@broken("absent", f"ecr_image[{SERVICE}/1.0.0]-exists")
def image_deleted(cloud: World) -> None:
    cloud.aws("ecr").batch_delete_image(repositoryName=SERVICE, imageIds=[{"imageTag": "1.0.0"}])


def update_index(cloud: World, **change: Any) -> None:
    names = ("owner", "user_name", "status")
    cloud.aws("dynamodb").update_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexUpdates=[change],
    )


def owner_index(name: str) -> dict[str, Any]:
    keys = [{"AttributeName": "owner", "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "KEYS_ONLY"}}


@broken("absent", f"{IN_TABLE}user_index")
def index_deleted(cloud: World) -> None:
    update_index(cloud, Delete={"IndexName": "user_index"})


@broken("owner:S with KEYS_ONLY", f"{IN_TABLE}status_index")
def index_of_other_keys(cloud: World) -> None:
    update_index(cloud, Delete={"IndexName": "status_index"})
    update_index(cloud, Create=owner_index("status_index"))


@broken("by_owner", f"{IN_TABLE}indexes-no_others")
def index_too_many(cloud: World) -> None:
    update_index(cloud, Create=owner_index("by_owner"))


@broken("false", f"{IN_TABLE}deletion_protection")
def table_unprotected(cloud: World) -> None:
    cloud.aws("dynamodb").update_table(TableName=TABLE, DeletionProtectionEnabled=False)


@broken("false", f"{IN_TABLE}point_in_time_recovery")
def table_without_backups(cloud: World) -> None:
    off = {"PointInTimeRecoveryEnabled": False}
    cloud.aws("dynamodb").update_continuous_backups(TableName=TABLE, PointInTimeRecoverySpecification=off)


@broken("absent", f"{IN_TABLE}tags-Application")
def table_not_marked(cloud: World) -> None:
    cloud.aws("dynamodb").untag_resource(ResourceArn=ARN, TagKeys=["Application"])


@broken("absent", f"{IN_TABLE}exists")
def table_deleted(cloud: World) -> None:
    table_unprotected.by(cloud)
    cloud.aws("dynamodb").delete_table(TableName=TABLE)


@broken("false", f"{IN_BUCKET}versioning")
def versioning_suspended(cloud: World) -> None:
    cloud.aws("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


@broken("false", f"{IN_BUCKET}public_access_blocked")
def public_access(cloud: World) -> None:
    cloud.aws("s3").delete_public_access_block(Bucket=BUCKET)


@broken("false", f"{IN_BUCKET}tls_only")
def without_tls(cloud: World) -> None:
    cloud.aws("s3").delete_bucket_policy(Bucket=BUCKET)


@broken("", f"{IN_BUCKET}object_ownership")
def objects_of_others(cloud: World) -> None:
    cloud.aws("s3").delete_bucket_ownership_controls(Bucket=BUCKET)


@broken("absent", f"{IN_BUCKET}lifecycle-tasktool-old-versions", f"{IN_BUCKET}lifecycle-tasktool-unfinished-uploads")
def nothing_expires(cloud: World) -> None:
    cloud.aws("s3").delete_bucket_lifecycle(Bucket=BUCKET)


@broken("aws:kms", f"{IN_BUCKET}encryption")
def otherwise_encrypted(cloud: World) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    cloud.aws("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


@broken("elsewhere", f"{IN_BUCKET}tags-Environment")
def bucket_of_another(cloud: World) -> None:
    mark_bucket(cloud, "elsewhere")


def mark_bucket(cloud: World, environment: str) -> None:
    """Put the tag that says to which environment the bucket belongs."""
    s3 = cloud.aws("s3")
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]}
    marked = [{"Key": key, "Value": value} for key, value in {**tags, "Environment": environment}.items()]
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": marked})


AWS: tuple[Broken, ...] = (
    images_not_scanned,
    tags_may_move,
    images_never_expire,
    not_marked_as_used,
    image_deleted,
    index_deleted,
    index_of_other_keys,
    index_too_many,
    table_unprotected,
    table_without_backups,
    table_not_marked,
    table_deleted,
    versioning_suspended,
    public_access,
    without_tls,
    objects_of_others,
    nothing_expires,
    otherwise_encrypted,
    bucket_of_another,
)
