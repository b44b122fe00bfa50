"""The calls that make, change and delete an ECR repository. Source: Amazon ECR API reference."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tasktool_infra.aws import ecr_lifecycle as lifecycle
from tasktool_infra.aws import marks, tags
from tasktool_infra.engine.calls import GONE, Call, Meaning, Step, Wait, write

if TYPE_CHECKING:
    from tasktool_infra.aws.ecr_repository import Repository

UNSET = Meaning("unset")
MISSING = {"RepositoryNotFoundException": GONE}
NO_POLICY = {"LifecyclePolicyNotFoundException": UNSET}
EXCLUSION = "_WITH_EXCLUSION"


def reads(wanted: "Repository") -> tuple[Call, ...]:
    """Give the calls that read the repository, its lifecycle policy and its tags."""
    return (
        _describe(wanted),
        Call("ecr", "get_lifecycle_policy", wanted.address, expects=MISSING | NO_POLICY),
        Call("ecr", "list_tags_for_resource", {"resourceArn": wanted.arn}, expects=MISSING),
    )


def _describe(wanted: "Repository") -> Call:
    return Call("ecr", "describe_repositories", {"repositoryNames": [wanted.name]}, expects=MISSING)


def first_image(wanted: "Repository") -> Call:
    """Give the call that tells whether there is any image; without the filter, archived ones would not count."""
    listing = {**wanted.address, "maxResults": 1, "filter": {"imageStatus": "ANY"}}
    return Call("ecr", "list_images", listing, expects=MISSING)


def creation(wanted: "Repository") -> Call:
    """Give the creation, with all that the creating call takes."""
    key = {"encryptionType": "KMS", "kmsKey": wanted.kms_key_arn}
    body = {
        **wanted.address,
        **_mutability(wanted),
        "imageScanningConfiguration": {"scanOnPush": wanted.scan_on_push},
        **({"encryptionConfiguration": key} if wanted.kms_key_arn else {}),
        **({"tags": tags.to_list(wanted.tags)} if wanted.tags else {}),
    }
    settles = ("RepositoryAlreadyExistsException",)
    return write("ecr", "create_repository", body, "create the repository", settles=settles)


def changes(wanted: "Repository", live: "Repository") -> Iterator[Step]:
    """Put each setting that differs."""
    if (live.immutable_tags, live.excluded_tags) != (wanted.immutable_tags, wanted.excluded_tags):
        removes = ", ".join(f"exclusion of tags {each}" for each in sorted(live.excluded_tags - wanted.excluded_tags))
        body = {**wanted.address, **_mutability(wanted)}
        yield write("ecr", "put_image_tag_mutability", body, "set whether tags may be moved", removes=removes)
    if live.scan_on_push != wanted.scan_on_push:
        body = {**wanted.address, "imageScanningConfiguration": {"scanOnPush": wanted.scan_on_push}}
        yield write("ecr", "put_image_scanning_configuration", body, "set scanning of pushed images")
    if live.untagged_days != wanted.untagged_days:
        yield _expiry(wanted, live)
    missing = wanted.missing_tags(live)
    if missing:
        body = {"resourceArn": wanted.arn, "tags": tags.to_list(missing)}
        yield write("ecr", "tag_resource", body, "put the tags")


def _mutability(wanted: "Repository") -> dict[str, Any]:
    mutability = "IMMUTABLE" if wanted.immutable_tags else "MUTABLE"
    if not wanted.excluded_tags:
        return {"imageTagMutability": mutability}
    filters = [{"filterType": "WILDCARD", "filter": each} for each in sorted(wanted.excluded_tags)]
    return {"imageTagMutability": mutability + EXCLUSION, "imageTagMutabilityExclusionFilters": filters}


def _expiry(wanted: "Repository", live: "Repository") -> Call:
    """Put the lifecycle policy; a rule that says more than another age is taken from whoever wrote it."""
    rules = lifecycle.with_untagged_days(live.found_rules, wanted.untagged_days)
    replaced = wanted.untagged_days is None or live.untagged_days is None
    lost = [lifecycle.title(rule) for rule in live.found_rules if replaced and lifecycle.is_ours(rule)]
    removes = ", ".join(lost)
    if not rules:
        says = "delete the lifecycle policy"
        return write("ecr", "delete_lifecycle_policy", wanted.address, says, removes=removes, expects=NO_POLICY)
    body = {**wanted.address, "lifecyclePolicyText": lifecycle.policy(rules)}
    return write("ecr", "put_lifecycle_policy", body, "set when untagged images expire", removes=removes)


def release(wanted: "Repository", users: frozenset[str]) -> tuple[Step, ...]:
    """Give the step that takes the marks of users off."""
    if not users:
        return ()
    keys = sorted(marks.USED_BY + user for user in users)
    return (write("ecr", "untag_resource", {"resourceArn": wanted.arn, "tagKeys": keys}, "take our mark off"),)


def deletion(live: "Repository", *, with_images: bool) -> tuple[Step, ...]:
    """Give the steps that delete the repository; without ``with_images`` AWS refuses when one has just come."""
    removes = "" if live.empty else "all images"
    body = {**live.address, "force": with_images}
    delete = write("ecr", "delete_repository", body, "delete the repository", removes=removes, expects=MISSING)
    return delete, Wait(_describe(live), deadline=120, says="the repository to be gone")
