"""Where moto 5.2 differs from AWS in ways that would mislead: each difference is mended here, with its reason."""

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import xmltodict  # type: ignore[import-untyped]
from moto.core.resource_tagging import TaggedResource, make_tag_matcher
from moto.core.responses import EmptyResult
from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.ecr.models import ecr_backends
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import IAMBackend, ManagedPolicy
from moto.iam.responses import IamResponse
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.sts.responses import TokenResponse

from tasktool_infra.sandbox.authorization.simulation import simulate_principal_policy
from tasktool_infra.sandbox.authorization.web_identity import assume_role_with_web_identity

Method = Callable[..., Any]


@functools.cache
def apply() -> None:
    """Mends moto in this process, once."""
    _wrap(S3Backend, "create_bucket", _with_secure_defaults)
    _wrap(S3Backend, "delete_bucket_encryption", _with_default_encryption)
    _wrap(S3Response, "_bucket_response_put", _with_tags)
    _wrap(FakeBucket, "get_permission", _loopback_is_secure)
    _wrap(IAMBackend, "delete_policy", _refused_while_used)
    _wrap(ManagedPolicy, "attach_to", _once)
    _wrap(ManagedPolicy, "update_default_version", _keeping_a_default)
    _wrap(DynamoDBBackend, "update_table", _refused_in_words)
    _wrap(DynamoDBBackend, "tag_resource", _replacing)
    _wrap(ResourceGroupsTaggingAPIBackend, "_get_resources_generator", _with_repositories)
    for name, method in (("add_client_id_to", _add_client_id), ("remove_client_id_from", _remove_client_id)):
        setattr(IamResponse, f"{name}_open_id_connect_provider", method)
    setattr(IamResponse, simulate_principal_policy.__name__, simulate_principal_policy)
    _wrap(TokenResponse, "assume_role_with_web_identity", lambda _: assume_role_with_web_identity)


def _wrap(owner: Any, name: str, wrapper: Callable[[Method], Method]) -> None:
    setattr(owner, name, functools.wraps(getattr(owner, name))(wrapper(getattr(owner, name))))


def _with_secure_defaults(create: Method) -> Method:
    """Since 2023 a new bucket is encrypted, has no ACLs and blocks public access; moto's has nothing of it."""

    def create_bucket(*args: Any, **kwargs: Any) -> Any:
        bucket = create(*args, **kwargs)
        bucket.encryption = _default_encryption()
        bucket.ownership_rule = bucket.ownership_rule or "BucketOwnerEnforced"
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        return bucket

    return create_bucket


def _with_repositories(generate: Method) -> Method:
    """Let the tagging API tell of repositories too, as AWS does."""

    def get_resources(self: Any, tag_filters: Any = None, *args: Any, **kwargs: Any) -> Iterator[TaggedResource]:
        yield from generate(self, tag_filters, *args, **kwargs)
        matches = make_tag_matcher(tag_filters)
        backend = ecr_backends[self.account_id][self.region_name]
        for repository in list(backend.repositories.values()):
            tags = backend.tagger.get_tag_dict_for_resource(repository.arn)
            if tags and matches(tags):
                yield TaggedResource(repository.arn, tags, "ecr:repository")

    return get_resources


def _loopback_is_secure(_: Method) -> Method:
    """Leave out statements that deny requests without TLS; moto looks at no condition, and so denies everything.

    What never leaves this machine needs no TLS.
    """

    def get_permission(bucket: Any, action: str, resource: str) -> Any:
        if bucket.policy is None:
            return PermissionResult.NEUTRAL
        document = json.loads(bucket.policy)
        statements = document["Statement"]
        listed = statements if isinstance(statements, list) else [statements]
        kept = [one for one in listed if "aws:SecureTransport" not in one.get("Condition", {}).get("Bool", {})]
        return IAMPolicy(json.dumps({**document, "Statement": kept})).is_action_permitted(action, resource)

    return get_permission


def _with_default_encryption(delete: Method) -> Method:
    """Fall back to the default when the encryption configuration is deleted; moto's bucket is unencrypted then."""

    def delete_bucket_encryption(backend: Any, bucket_name: str) -> None:
        delete(backend, bucket_name)
        backend.get_bucket(bucket_name).encryption = _default_encryption()

    return delete_bucket_encryption


def _default_encryption() -> dict[str, Any]:
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


def _with_tags(put: Method) -> Method:
    """CreateBucket takes tags in its configuration; moto drops them."""

    def _bucket_response_put(response: Any, request: Any, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        existed = bucket_name in response.backend.buckets
        result = put(response, request, bucket_name, *args, **kwargs)
        if not existed and (tags := _bucket_tags(response.body)):
            response.backend.put_bucket_tagging(bucket_name, tags)
        return result

    return _bucket_response_put


def _bucket_tags(body: bytes) -> dict[str, str]:
    if not body:
        return {}
    configuration = xmltodict.parse(body, force_list=("Tag",)).get("CreateBucketConfiguration") or {}
    return {tag["Key"]: tag["Value"] or "" for tag in (configuration.get("Tags") or {}).get("Tag", [])}


def _refused_while_used(delete: Method) -> Method:
    """Refuse to delete a policy that is attached or has other versions than its default; moto deletes it."""

    def delete_policy(backend: Any, policy_arn: str) -> None:
        policy = backend.get_policy(policy_arn)
        if policy.attachment_count:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise DeleteConflictException(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        delete(backend, policy_arn)

    return delete_policy


def _once(attach: Method) -> Method:
    """Attach what is attached already without counting it twice: moto's policy could never be deleted then."""

    def attach_to(policy: Any, entity: Any) -> None:
        if policy.arn not in entity.managed_policies:
            attach(policy, entity)

    return attach_to


def _keeping_a_default(update: Method) -> Method:
    """Let the version that is the default already stay it; moto's policy has none then."""

    def update_default_version(policy: Any, version_id: str) -> None:
        if version_id != policy.default_version_id:
            update(policy, version_id)

    return update_default_version


def _refused_in_words(update: Method) -> Method:
    """Refuse to create an index that is there and to delete one that is not, as DynamoDB does; moto answers 500."""

    def update_table(*args: Any, **kwargs: Any) -> Any:
        try:
            return update(*args, **kwargs)
        except ValueError as error:
            if "already exists" in str(error):
                said = "One or more parameter values were invalid: Attempting to create an index which already exists"
                raise MockValidationException(said) from error
            raise ResourceNotFoundException from error

    return update_table


def _add_client_id(response: Any) -> EmptyResult:
    """Moto lacks AddClientIDToOpenIDConnectProvider and answers 500. Adding what is there changes nothing."""
    provider, client_id = _provider(response)
    if client_id not in provider.client_id_list:
        provider.client_id_list = [*provider.client_id_list, client_id]
    return EmptyResult()


def _remove_client_id(response: Any) -> EmptyResult:
    """Moto lacks RemoveClientIDFromOpenIDConnectProvider. Removing what is not there changes nothing."""
    provider, client_id = _provider(response)
    provider.client_id_list = [known for known in provider.client_id_list if known != client_id]
    return EmptyResult()


def _provider(response: Any) -> tuple[Any, str]:
    arn = response._get_param("OpenIDConnectProviderArn")  # noqa: SLF001 - how moto's own methods read parameters
    return response.backend.get_open_id_connect_provider(arn), response._get_param("ClientID")  # noqa: SLF001


def _replacing(tag: Method) -> Method:
    """Replace the value of a key in TagResource; moto adds a second tag with the same key."""

    def tag_resource(backend: Any, arn: str, tags: dict[str, str]) -> None:
        backend.untag_resource(arn, list(tags))
        tag(backend, arn, tags)

    return tag_resource
