"""What ECR answers for a repository, as AWS gives it, and what a kind makes of it."""

import json
from typing import Any

from attrs import evolve

from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.owner import Owner
from tests.answers import error, feed

PLACE = Place("123456789012", "aws-cn", "cn-north-1")
PROD, STAGING = Owner("task-tool", "prod"), Owner("task-tool", "staging")
URI = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/mamezou-tech/task-service"
KEY = "arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BARE = Repository(name="mamezou-tech/task-service").at(PLACE)
OURS = BARE.marked(PROD)
SHARED = evolve(BARE, shared=True).marked(PROD)
USED_TWICE = SHARED.marked(STAGING)


def rule(priority: int, status: str, **selection: Any) -> dict[str, Any]:
    """Give a lifecycle rule as people write it."""
    chosen = {"tagStatus": status, "countType": "imageCountMoreThan", "countNumber": 100, **selection}
    return {"rulePriority": priority, "selection": chosen, "action": {"type": "expire"}}


def untagged(priority: int, days: int) -> dict[str, Any]:
    return rule(priority, "untagged", countType="sinceImagePushed", countUnit="days", countNumber=days)


def answers(repository: Repository, rules: list[Any] | None = None, images: Any = (), **more: Any) -> dict[str, Any]:
    """Give all that a read or an examination is answered; ``more`` replaces parts of the description."""
    mutability = "IMMUTABLE" if repository.immutable_tags else "MUTABLE"
    filters = [{"filterType": "WILDCARD", "filter": each} for each in repository.excluded_tags]
    described = {
        "repositoryArn": repository.arn,
        "registryId": "123456789012",
        "repositoryName": repository.name,
        "repositoryUri": URI,
        "createdAt": "2025-11-03T09:12:44+09:00",
        "imageTagMutability": mutability + ("_WITH_EXCLUSION" if filters else ""),
        **({"imageTagMutabilityExclusionFilters": filters} if filters else {}),
        "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": repository.kms_key_arn or KEY},
        **more,
    }
    if rules is None:
        rules = [] if repository.untagged_days is None else [untagged(1, repository.untagged_days)]
    policy = {"lifecyclePolicyText": json.dumps({"rules": rules}, indent=2), "lastEvaluatedAt": "1970-01-01"}
    return {
        "describe_repositories": {"repositories": [described]},
        "get_lifecycle_policy": policy if rules else error("LifecyclePolicyNotFoundException"),
        "list_tags_for_resource": {"tags": [{"Key": key, "Value": repository.tags[key]} for key in repository.tags]},
        "list_images": {"imageIds": list(images)},
    }


def live(repository: Repository = OURS, wanted: Repository = OURS, **more: Any) -> Repository:
    found = feed(wanted.examine(), answers(repository, **more))
    assert found is not None
    return found


def operations(steps: Any) -> list[str]:
    return [step.operation if isinstance(step, Call) else "wait" for step in steps]
