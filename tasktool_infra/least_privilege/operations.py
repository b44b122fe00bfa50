"""Which operations a run may call for each kind of AWS resource, in all situations.

The tests hold these lists against every call that the kinds can yield, both ways.
"""

from attrs import frozen

from tasktool_infra.aws.iam_role import Role
from tasktool_infra.engine.resource import Resource

_S3_SETTINGS = (
    "bucket_encryption",
    "bucket_lifecycle_configuration",
    "bucket_ownership_controls",
    "bucket_policy",
    "bucket_tagging",
    "bucket_versioning",
    "public_access_block",
)


@frozen(kw_only=True)
class Operations:
    """Operations of one service: to read, to make and repair, to look at what is to go besides, and to remove."""

    service: str
    reads: tuple[str, ...]
    makes: tuple[str, ...] = ()
    examines: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()


KINDS = {
    "dynamodb_table": Operations(
        service="dynamodb",
        reads=("describe_continuous_backups", "describe_table", "list_tags_of_resource"),
        makes=("create_table", "tag_resource", "update_continuous_backups", "update_table"),
        removes=("delete_table", "update_table"),
    ),
    "ecr_image": Operations(service="ecr", reads=("describe_images",), makes=("batch_get_image",)),
    "ecr_repository": Operations(
        service="ecr",
        reads=("describe_repositories", "get_lifecycle_policy", "list_tags_for_resource"),
        makes=(
            "create_repository",
            "delete_lifecycle_policy",
            "put_image_scanning_configuration",
            "put_image_tag_mutability",
            "put_lifecycle_policy",
            "tag_resource",
        ),
        examines=("list_images",),
        removes=("delete_repository", "untag_resource"),
    ),
    "iam_oidc_provider": Operations(
        service="iam",
        reads=("get_open_id_connect_provider",),
        makes=(
            "add_client_id_to_open_id_connect_provider",
            "create_open_id_connect_provider",
            "tag_open_id_connect_provider",
        ),
        removes=("untag_open_id_connect_provider",),
    ),
    "iam_policy": Operations(
        service="iam",
        reads=("get_policy", "get_policy_version", "list_policy_versions"),
        makes=(
            "create_policy",
            "create_policy_version",
            "delete_policy_version",
            "set_default_policy_version",
            "tag_policy",
        ),
        examines=("list_entities_for_policy",),
        removes=("delete_policy", "delete_policy_version", "detach_role_policy"),
    ),
    "iam_role": Operations(
        service="iam",
        reads=("get_role", "list_attached_role_policies", "list_role_policies"),
        makes=(
            "attach_role_policy",
            "create_role",
            "delete_role_policy",
            "detach_role_policy",
            "put_role_permissions_boundary",
            "tag_role",
            "update_assume_role_policy",
            "update_role",
        ),
        examines=("list_instance_profiles_for_role",),
        removes=("delete_role", "delete_role_policy", "detach_role_policy"),
    ),
    "s3_bucket": Operations(
        service="s3",
        reads=("head_bucket", *(f"get_{setting}" for setting in _S3_SETTINGS)),
        makes=("create_bucket", *(f"put_{setting}" for setting in _S3_SETTINGS)),
        examines=("get_object_lock_configuration",),
        removes=(
            "abort_multipart_upload",
            "delete_bucket",
            "delete_objects",
            "get_object_legal_hold",
            "get_object_retention",
            "list_multipart_uploads",
            "list_object_versions",
        ),
    ),
}
"""By kind."""
EXAMINED = {
    "ecr_repository": KINDS["ecr_image"].reads,
    "iam_oidc_provider": KINDS["iam_oidc_provider"].reads,
    "s3_bucket": KINDS["s3_bucket"].reads,
}
"""What is looked at before a run; of a repository, whether the images are in it."""


def makes(resource: Resource) -> tuple[str, ...]:
    """Give what may be called to make and repair a resource, without what its settings never ask for."""
    named = KINDS[resource.kind].makes
    left_out = set()
    if isinstance(resource, Role) and resource.permissions_boundary is None:
        left_out.add("put_role_permissions_boundary")
    if not getattr(resource, "create", True):
        left_out.add("create_open_id_connect_provider")
    if getattr(resource, "untagged_days", None) is not None:
        left_out.add("delete_lifecycle_policy")
    return tuple(operation for operation in named if operation not in left_out)
