"""What was written does not show at once, or not everywhere: reads lag, services do not know each other's news yet."""

from typing import Any

import pytest

from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.errors import DeadlinePassed, Problem
from tasktool_infra.engine.resource import Resource
from tests.contract.bench import Bench
from tests.contract.emulators import EMULATORS
from tests.contract.rough import Rough, told
from tests.faults.injection import Fault
from tests.faults.lag import Lag, Unknown
from tests.faults.said import PRINCIPAL, aws

on_emulators = pytest.mark.parametrize("bench", EMULATORS, indirect=True)
NO_ENTITY = aws("NoSuchEntity", "The role with name examples-of-roles cannot be found.", 404)
NO_BUCKET = aws("NoSuchBucket", "The specified bucket does not exist", 404)


def first(bench: Bench, kind: type[Resource]) -> list[Resource]:
    example = bench.example(kind.examples()[0])
    return [*example.around, example.first]


@pytest.fixture
def rough(bench: Bench) -> Rough:
    return Rough(bench)


@on_emulators
def test_a_role_that_nobody_sees_for_90_seconds_is_made_once(rough: Rough) -> None:
    lag = Lag(rough.clock, 90, {"iam"})
    unknown = Unknown(rough.clock, 90, "iam.create_role", ("iam.attach_role_policy",), NO_ENTITY)
    result, took = rough.took(lambda: rough.run(first(rough.bench, Role), lag, unknown))
    assert result.ok, told(result)
    assert (len(rough.script.named("create_role")), len(rough.script.named("create_policy"))) == (1, 2)
    assert unknown.met > 3
    assert 90 < took < 300
    rough.bench.unchanged(*first(rough.bench, Role))


@on_emulators
def test_an_invalid_principal_is_tried_for_two_minutes(rough: Rough) -> None:
    result, took = rough.took(
        lambda: rough.works(first(rough.bench, Role), Fault("create_role", PRINCIPAL, seconds=60))
    )
    assert result.ok
    assert 60 < took < 120


@pytest.mark.parametrize("bench", ["moto"], indirect=True)
def test_a_principal_that_stays_invalid_is_the_cause_that_is_told(rough: Rough) -> None:
    *around, role = first(rough.bench, Role)
    fault = Fault("create_role", PRINCIPAL, seconds=1e9)
    result, took = rough.took(lambda: rough.run([*around, role], fault))
    error = result.failed[role.key]
    assert isinstance(error, DeadlinePassed)
    assert 'iam.create_role: MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam' in str(error)
    assert f"tried {fault.struck} times in 1" in str(error)
    assert error.problem is Problem.UNFINISHED
    assert took < 125
    assert {*result.done} == {key for key in result.live if key != role.key}


@on_emulators
@pytest.mark.parametrize("seconds", [5, 25])
def test_stale_reads_of_a_bucket_make_no_write_twice(rough: Rough, seconds: float) -> None:
    """Two reads in a row must show what was put."""
    lag = Lag(rough.clock, seconds, {"s3"})
    bucket = first(rough.bench, Bucket)
    result = rough.run(bucket, lag)
    assert result.ok, told(result)
    assert lag.hidden
    once = [write for write in rough.script.writes if rough.script.writes.count(write) > 1]
    assert once == [], once
    rough.bench.unchanged(*bucket)


@on_emulators
@pytest.mark.parametrize("kind", [Table, Repository])
def test_what_was_created_may_show_late(rough: Rough, kind: type[Resource]) -> None:
    lag = Lag(rough.clock, 40)
    resources = first(rough.bench, kind)
    result = rough.run(resources, lag)
    assert result.ok, told(result)
    assert lag.hidden
    assert len(rough.script.named("create_*")) == 1
    rough.bench.unchanged(*resources)


@on_emulators
def test_a_bucket_that_is_not_known_everywhere_yet_is_tried_again(rough: Rough) -> None:
    unknown = Unknown(rough.clock, 60, "create_bucket", ("s3.put_*",), NO_BUCKET)
    rough.works(first(rough.bench, Bucket), unknown)
    assert unknown.met > 3
    assert len(rough.script.named("create_bucket")) == 1


@on_emulators
def test_a_bucket_policy_that_was_lost_is_put_once_more(rough: Rough) -> None:
    forgetful: Any = Forgetful(rough)
    rough.works(first(rough.bench, Bucket), forgetful)
    assert len(rough.script.named("put_bucket_policy")) == 2


class Forgetful:
    """Loses the first policy that is put, although the call was answered well."""

    def __init__(self, rough: Rough) -> None:
        self.rough, self.lost = rough, False

    def before(self, call: Any, attempt: int) -> None:
        """Let it pass."""

    def after(self, call: Any, answer: Any) -> Any:
        if call.operation == "put_bucket_policy" and not self.lost:
            self.lost = True
            self.rough.bench.raw.client("s3").delete_bucket_policy(Bucket=call.parameters["Bucket"])
        return answer
