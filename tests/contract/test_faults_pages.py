"""Two pages on every list: nothing is missed."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tasktool_infra.aws import s3_sweep
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.resource import Resource
from tests.contract.bench import ALL, Bench
from tests.contract.kinds import AWS, is_looked_at_only, kinds
from tests.contract.rough import Rough, told

WITHOUT_PAGES = {
    "ecr.describe_repositories": "by name, one at most",
    "ecr.list_images": "asks for one on purpose: is there any?",
    "s3.list_object_versions": "asked again until nothing is left",
}
IN_PAGES = ("ListAttachedRolePolicies", "ListRolePolicies", "ListPolicyVersions")
"""What the emulator cuts into pages as AWS does."""


@pytest.fixture
def in_pages_of_one(bench: Bench) -> Iterator[Counter[str]]:
    """Let every list of IAM come one by one; counts the pages that were asked for."""
    asked: Counter[str] = Counter()

    def smallest(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in IN_PAGES:
            asked[model.name] += 1
            params["MaxItems"] = 1

    events = bench.raw.client("iam").meta.events
    events.register("before-parameter-build", smallest, unique_id="pages")
    yield asked
    events.unregister("before-parameter-build", unique_id="pages")


@pytest.mark.parametrize("bench", ["moto"], indirect=True)
def test_lists_that_come_one_by_one_are_read_to_their_end(bench: Bench, in_pages_of_one: Counter[str]) -> None:
    example = bench.example(Role.examples()[2])
    assert isinstance(example.then, Role)
    assert len(example.then.policies) == 2
    rough = Rough(bench)
    resources: list[Resource] = [*example.around, example.then]
    rough.works(resources)
    iam, inline = bench.raw.client("iam"), example.around[0]
    assert isinstance(inline, Policy)
    for name in ("one", "two"):
        iam.put_role_policy(RoleName=example.then.name, PolicyName=name, PolicyDocument=inline.document.to_json())
    rough.works(resources)
    assert rough.script.writes.count("delete_role_policy") == 2
    for number in range(4):
        text = inline.document.to_json().replace("s3:GetObject", f"s3:GetObject{number}")
        iam.create_policy_version(PolicyArn=inline.arn, PolicyDocument=text, SetAsDefault=True)
    # The wanted document is in the oldest of five versions.
    rough.works(resources)
    assert rough.script.writes == ["set_default_policy_version"]
    assert in_pages_of_one["ListPolicyVersions"] >= 5
    assert in_pages_of_one["ListAttachedRolePolicies"] > len(rough.script.named("list_attached_role_policies"))


@pytest.mark.parametrize("bench", ["moto"], indirect=True)
def test_all_pages_of_a_bucket_are_emptied(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_sweep, "PAGE", 3)
    rough = Rough(bench)
    bucket = bench.example(Bucket.examples()[0]).first
    rough.works([bucket])
    s3 = bench.raw.client("s3")
    s3.delete_bucket_policy(Bucket=bucket.key.identity)
    for number in range(4):
        s3.put_object(Bucket=bucket.key.identity, Key=str(number), Body=b"")
    s3.delete_object(Bucket=bucket.key.identity, Key="0")
    result = rough.run([bucket], goal=ALL)
    assert result.ok, told(result)
    assert [len(call.parameters["Delete"]["Objects"]) for call in rough.script.named("delete_objects")] == [3, 2]


@pytest.mark.parametrize("bench", ["moto"], indirect=True)
def test_whatever_aws_gives_in_pages_is_asked_for_in_all_pages(bench: Bench) -> None:
    """Every call that a run makes of an operation that AWS cuts into pages says so."""
    rough = Rough(bench)
    made = [bench.example(kind.examples()[0]) for kind in kinds(AWS) if not is_looked_at_only(kind)]
    resources = list({each.key: each for e in made for each in (*e.around, e.first)}.values())
    rough.works(resources)
    calls = [*rough.script.calls]
    rough.run(resources, goal=ALL)
    calls += rough.script.calls
    whole = {
        call.name for call in calls if not call.pages and bench.raw.client(call.service).can_paginate(call.operation)
    }
    assert whole <= WITHOUT_PAGES.keys()
    assert {"iam.list_policy_versions", "dynamodb.list_tags_of_resource"} <= {call.name for call in calls if call.pages}
