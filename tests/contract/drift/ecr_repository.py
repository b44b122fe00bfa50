"""What somebody does to a repository behind our back."""

import json
from typing import Any

from tasktool_infra.aws.ecr_repository import Repository
from tests.contract.drift import drift, of_module

SERVICE = "ecr"


@drift("scanning switched off", "scan_on_push", writes=("put_image_scanning_configuration",))
def scanning_off(ecr: Any, repository: Repository) -> None:
    off = {"scanOnPush": False}
    ecr.put_image_scanning_configuration(repositoryName=repository.name, imageScanningConfiguration=off)


@drift("tags made movable", "immutable_tags", writes=("put_image_tag_mutability",))
def movable(ecr: Any, repository: Repository) -> None:
    ecr.put_image_tag_mutability(repositoryName=repository.name, imageTagMutability="MUTABLE")


@drift("lifecycle deleted", "untagged_days", writes=("put_lifecycle_policy",))
def lifecycle_deleted(ecr: Any, repository: Repository) -> None:
    ecr.delete_lifecycle_policy(repositoryName=repository.name)


@drift("lifecycle changed", "untagged_days", writes=("put_lifecycle_policy",))
def lifecycle_changed(ecr: Any, repository: Repository) -> None:
    put_rules(
        ecr,
        repository,
        [{**rule, "selection": {**rule["selection"], "countNumber": 99}} for rule in rules(ecr, repository)],
    )


@drift("foreign rule", kept=("lifecycle rule 7 (others)",))
def foreign_rule(ecr: Any, repository: Repository) -> None:
    selection = {"tagStatus": "tagged", "tagPrefixList": ["old"], "countType": "imageCountMoreThan", "countNumber": 9}
    foreign = {"rulePriority": 7, "description": "others", "selection": selection, "action": {"type": "expire"}}
    put_rules(ecr, repository, [*rules(ecr, repository), foreign])


@drift("environment tag removed", "tags[Environment]", writes=("tag_resource",))
def tag_removed(ecr: Any, repository: Repository) -> None:
    ecr.untag_resource(resourceArn=repository.arn, tagKeys=["Environment"])


@drift("mark of use removed", "tags[UsedBy/test]", writes=("tag_resource",), only="shared")
def use_removed(ecr: Any, repository: Repository) -> None:
    ecr.untag_resource(resourceArn=repository.arn, tagKeys=["UsedBy/test"])


@drift("foreign tag", kept=("tag cost",))
def foreign_tag(ecr: Any, repository: Repository) -> None:
    ecr.tag_resource(resourceArn=repository.arn, tags=[{"Key": "cost", "Value": "9"}])


def rules(ecr: Any, repository: Repository) -> list[dict[str, Any]]:
    text = ecr.get_lifecycle_policy(repositoryName=repository.name)["lifecyclePolicyText"]
    found: list[dict[str, Any]] = json.loads(text)["rules"]
    return found


def put_rules(ecr: Any, repository: Repository, listed: list[dict[str, Any]]) -> None:
    ecr.put_lifecycle_policy(repositoryName=repository.name, lifecyclePolicyText=json.dumps({"rules": listed}))


DRIFTS = of_module(globals())
