"""Calls that are throttled, meet a fault of the service, or are never answered."""

from collections import Counter
from typing import Literal

import pytest

from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.errors import DeadlinePassed, Problem
from tasktool_infra.engine.resource import Resource
from tests.contract.bench import ALL, Bench
from tests.contract.emulators import EMULATORS
from tests.contract.rough import Rough, everything, is_no_new_bucket, told
from tests.faults import said
from tests.faults.injection import Fault, Throttles
from tests.faults.seeds import seeds

on_emulators = pytest.mark.parametrize("bench", EMULATORS, indirect=True)
on_moto = pytest.mark.parametrize("bench", ["moto"], indirect=True)


@pytest.fixture
def rough(bench: Bench) -> Rough:
    return Rough(bench)


def first(bench: Bench, kind: type[Resource]) -> Resource:
    return bench.example(kind.examples()[0]).first


@on_moto
@pytest.mark.parametrize(
    "storm", [said.THROTTLED, said.SLOW_DOWN, said.UNAVAILABLE], ids=["throttled", "slow down", "503"]
)
def test_a_storm_of_a_minute_is_sat_out(rough: Rough, storm: said.Said) -> None:
    resources = everything(rough.bench)
    fault = Fault("*", storm, seconds=60)
    result, took = rough.took(lambda: rough.works(resources, fault))
    assert result.ok
    assert 60 < took < 150
    # No thundering herd: each call was tried a few times only, not all the time.
    assert fault.struck < 12 * len(set(rough.script.calls))


@on_moto
def test_faults_of_the_service_in_reads_and_writes_are_overcome(rough: Rough) -> None:
    services = ("s3", "iam", "dynamodb", "ecr")
    faults = [Fault(f"{each}.*", said.BROKEN, when="after", times=6, of=is_no_new_bucket) for each in services]
    rough.works(everything(rough.bench), *faults)
    assert [fault.struck for fault in faults] == [6] * 4


@on_moto
@pytest.mark.parametrize(
    ("error", "problem", "seconds"),
    [
        (said.THROTTLED, Problem.UNFINISHED, 180),
        (said.BROKEN, Problem.UNFINISHED, 60),
        (said.TIMED_OUT, Problem.UNREACHABLE, 20),
        (said.RESET, Problem.UNREACHABLE, 20),
        (said.NO_SUCH_HOST, Problem.UNREACHABLE, 20),
        (said.REFUSED, Problem.UNREACHABLE, 20),
    ],
    ids=["throttled", "500", "timed out", "reset", "no such host", "refused"],
)
def test_what_does_not_end_is_told_with_the_call_and_how_often(
    rough: Rough, error: said.Said, problem: Problem, seconds: float
) -> None:
    table, bucket = first(rough.bench, Table), first(rough.bench, Bucket)
    plan, took = rough.planned([table, bucket], Fault("describe_table", error, times=10**6))
    blocked, fine = plan.changes
    assert took < seconds + 1
    assert (blocked.action.name, blocked.problem, fine.action.name) == ("UNKNOWN", problem.name, "CREATE")
    assert "dynamodb.describe_table" in blocked.reason
    assert f"tried {len(rough.script.named('describe_table'))} times in" in blocked.reason
    assert problem is not Problem.UNREACHABLE or said.HOST in blocked.reason


@on_emulators
def test_a_table_and_a_version_whose_answer_was_lost_are_made_once(rough: Rough) -> None:
    example = rough.bench.example(Policy.examples()[1])
    policy = example.then
    assert isinstance(policy, Policy)
    rough.works([example.first])
    lost = [Fault(name, said.TIMED_OUT, when="after") for name in ("create_table", "create_policy_version")]
    rough.works([policy, first(rough.bench, Table)], *lost)
    assert [fault.struck for fault in lost] == [1, 1]
    assert Counter(rough.script.writes)["create_policy_version"] == 1
    assert Counter(rough.script.writes)["create_table"] == 1
    versions = rough.bench.raw.client("iam").list_policy_versions(PolicyArn=policy.arn)["Versions"]
    assert len(versions) == 2


@on_moto
@pytest.mark.parametrize(
    ("error", "when"),
    [(said.TIMED_OUT, "after"), (said.RESET, "before"), (said.BROKEN, "after")],
    ids=["timed out", "reset", "500"],
)
def test_a_teardown_of_which_writes_are_lost_ends_with_nothing_left(
    rough: Rough, error: said.Said, when: Literal["before", "after"]
) -> None:
    resources = everything(rough.bench)
    rough.works(resources)
    operations = ["delete_*", "detach_*", "update_table", "untag_*"]
    faults = [Fault(each, error, when=when) for each in operations]
    result = rough.run(resources, *faults, goal=ALL)
    assert result.ok, told(result)
    again = rough.run(resources, goal=ALL)
    assert again.ok
    assert rough.script.writes == []


@on_emulators
@pytest.mark.parametrize("seed", seeds(1))
def test_with_a_third_of_all_calls_throttled_nothing_costs_more_than_twice_the_calls(rough: Rough, seed: int) -> None:
    resources = everything(rough.bench)
    smooth = Throttles(0.0, said.THROTTLED)
    assert rough.run(resources, smooth).ok
    rough.bench.forget()
    storm = Throttles(0.3, said.THROTTLED, seed=seed)
    result = rough.run(resources, storm)
    assert result.ok, told(result)
    assert smooth.calls < storm.calls <= 2 * smooth.calls
    rough.bench.unchanged(*resources)
    leaving = Throttles(0.3, said.THROTTLED, seed=seed)
    assert rough.run(resources, leaving, goal=ALL).ok


@on_moto
def test_a_dead_branch_does_not_hold_the_others(rough: Rough) -> None:
    table, bucket = first(rough.bench, Table), first(rough.bench, Bucket)
    result = rough.run([table, bucket], Fault("create_table", said.REFUSED, times=10**6))
    assert result.done == (bucket.key,)
    error = result.failed[table.key]
    assert isinstance(error, DeadlinePassed)
    assert error.problem is Problem.UNREACHABLE
