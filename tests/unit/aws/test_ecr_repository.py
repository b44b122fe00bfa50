"""The repository as data: what is read from AWS's answers, and which steps follow."""

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.owner import Ownership
from tests.answers import error, feed
from tests.unit.aws.recorded_repositories import (
    BARE,
    KEY,
    OURS,
    PLACE,
    PROD,
    SHARED,
    STAGING,
    URI,
    USED_TWICE,
    answers,
    live,
    operations,
    rule,
    untagged,
)


def put_rules(steps: Any) -> Any:
    (text,) = [s.parameters["lifecyclePolicyText"] for s in steps if s.operation == "put_lifecycle_policy"]
    return json.loads(text)["rules"]


def test_absent() -> None:
    gone = dict.fromkeys(answers(OURS), error("RepositoryNotFoundException"))

    assert feed(OURS.read(), gone) is None
    assert feed(OURS.examine(), gone) is None


def test_any_encryption_is_right_unless_a_key_is_wanted() -> None:
    assert live() == OURS
    assert live(encryptionConfiguration={"encryptionType": "AES256"}) == OURS

    keyed = evolve(OURS, kms_key_arn=KEY)
    assert live(keyed, keyed) == keyed
    (refusal,) = keyed.refuses(live(OURS, keyed, encryptionConfiguration={"encryptionType": "AES256"}))
    assert f"kms_key_arn is AES256, wanted {KEY}" in refusal.reason
    assert "not the ARN of a key" in next(evolve(OURS, kms_key_arn="alias/mine").refuses(None)).reason


REPOSITORIES = st.builds(
    Repository,
    name=st.just(OURS.name),
    scan_on_push=st.booleans(),
    immutable_tags=st.booleans(),
    excluded_tags=st.frozensets(st.sampled_from(["latest*", "dev-*", "main"])),
    untagged_days=st.none() | st.integers(1, 90),
    kms_key_arn=st.just(KEY),
).map(lambda repository: repository.at(PLACE).marked(PROD))


@given(REPOSITORIES, REPOSITORIES)
def test_every_compared_field_comes_from_the_answers(stands: Repository, wanted: Repository) -> None:
    assert feed(wanted.read(), answers(stands)) == stands


@given(REPOSITORIES, REPOSITORIES)
def test_steps_follow_exactly_when_something_differs(stands: Repository, wanted: Repository) -> None:
    assert bool(list(wanted.converge(live(stands, wanted)))) == (stands != wanted)


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, []),
    "movable": ({"immutable_tags": False}, ["put_image_tag_mutability"]),
    "exclusions": ({"excluded_tags": frozenset({"latest*"})}, ["put_image_tag_mutability"]),
    "no scan": ({"scan_on_push": False}, ["put_image_scanning_configuration"]),
    "no expiry": ({"untagged_days": None}, ["put_lifecycle_policy"]),
    "another age": ({"untagged_days": 30}, ["put_lifecycle_policy"]),
    "tag": ({"tags": {"ManagedBy": "tasktool-infra"}}, ["tag_resource"]),
    "all": (
        {"immutable_tags": False, "scan_on_push": False, "untagged_days": 1, "tags": {}},
        ["put_image_tag_mutability", "put_image_scanning_configuration", "put_lifecycle_policy", "tag_resource"],
    ),
}


@pytest.mark.parametrize(("stands", "steps"), CASES.values(), ids=CASES)
def test_converge(stands: dict[str, Any], steps: list[str]) -> None:
    assert operations(OURS.converge(live(evolve(OURS, **stands)))) == steps


def test_creation_carries_all_that_it_takes() -> None:
    create, policy = evolve(OURS, kms_key_arn=KEY, excluded_tags=frozenset({"latest*"})).converge(None)

    assert isinstance(create, Call)
    assert create.parameters["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert create.parameters["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": KEY}
    assert {tag["Key"] for tag in create.parameters["tags"]} == {"Application", "Environment", "ManagedBy"}
    assert "RepositoryAlreadyExistsException" in create.settles
    assert operations([policy]) == ["put_lifecycle_policy"]


def test_exclusions_of_others_are_taken_away_only_after_a_yes() -> None:
    (step,) = OURS.converge(live(evolve(OURS, excluded_tags=frozenset({"latest*"}))))

    assert isinstance(step, Call)
    assert step.removes == "exclusion of tags latest*"
    assert step.parameters == {"repositoryName": OURS.name, "imageTagMutability": "IMMUTABLE"}


ANY, TAGGED = rule(1, "any"), rule(1, "tagged", tagPrefixList=["v"])
ARCHIVING = {**rule(2, "untagged", storageClass="archive"), "action": {"type": "expire"}}
RULES: dict[str, tuple[list[Any], int | None, list[tuple[int, str]]]] = {
    "none": ([], None, [(1, "untagged")]),
    "ours, by other words": ([{**untagged(5, 14), "description": "theirs"}], 14, []),
    "other age, in its place": ([TAGGED, untagged(7, 30)], 30, [(1, "tagged"), (7, "untagged")]),
    "beside others": ([TAGGED], None, [(1, "tagged"), (2, "untagged")]),
    "before any": ([ANY], None, [(2, "untagged"), (3, "any")]),
    "by number": ([rule(3, "untagged")], None, [(3, "untagged")]),
    "of another storage": ([ARCHIVING], None, [(1, "untagged"), (2, "untagged")]),
}


@pytest.mark.parametrize(("rules", "days", "put"), RULES.values(), ids=RULES)
def test_lifecycle_rules_of_others_are_kept(rules: list[Any], days: int | None, put: list[tuple[int, str]]) -> None:
    found = live(rules=rules)
    steps = list(OURS.converge(found))

    assert found.untagged_days == days
    assert [(r["rulePriority"], r["selection"]["tagStatus"]) for r in (put_rules(steps) if steps else [])] == put


def test_a_rule_that_is_replaced_is_said() -> None:
    (step,) = OURS.converge(live(rules=[rule(3, "untagged")]))
    (gone,) = evolve(OURS, untagged_days=None).converge(live())

    assert isinstance(step, Call)
    assert isinstance(gone, Call)
    assert step.removes == "lifecycle rule 3 (without description)"
    assert (gone.operation, gone.removes) == ("delete_lifecycle_policy", "lifecycle rule 1 (without description)")


def test_what_others_added_is_shown_as_kept() -> None:
    found = live(evolve(USED_TWICE, tags=USED_TWICE.tags | {"team": "blue"}), SHARED, rules=[TAGGED, untagged(2, 14)])

    assert found == SHARED
    assert found.kept == ("tag UsedBy/staging", "tag team", "lifecycle rule 1 (without description)")


def test_shared_marks() -> None:
    assert set(SHARED.tags) == {"Application", "ManagedBy", "UsedBy/prod"}
    by_staging = evolve(BARE, shared=True).marked(STAGING)

    found = live(by_staging, SHARED)
    assert found.ownership is Ownership.OURS
    (step,) = SHARED.converge(found)
    assert isinstance(step, Call)
    assert step.parameters["tags"] == ({"Key": "UsedBy/prod", "Value": "tasktool-infra"},)
    assert live(OURS, SHARED).ownership is Ownership.ANOTHERS


def test_the_uri_is_the_one_that_aws_says() -> None:
    assert dict(live().outputs()) == {"repository task-service": URI}
