"""What AWS refuses for now, and what it refuses for good: tables that change, buckets in use, denied calls."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve

from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError, Problem
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Removal, Resource
from tests.contract.bench import ALL, Bench
from tests.contract.emulators import EMULATORS
from tests.contract.rough import Rough, told
from tests.faults import said
from tests.faults.injection import Fault, Script
from tests.faults.slow_tables import BACKUPS, CREATION, INDEX

on_emulators = pytest.mark.parametrize("bench", EMULATORS, indirect=True)
on_moto = pytest.mark.parametrize("bench", ["moto"], indirect=True)


@pytest.fixture
def rough(bench: Bench) -> Rough:
    return Rough(bench)


def table(bench: Bench) -> Table:
    made = bench.example(Table.examples()[0]).first
    assert isinstance(made, Table)
    return made


def bucket(bench: Bench) -> Bucket:
    made = bench.example(Bucket.examples()[0]).first
    assert isinstance(made, Bucket)
    return made


def role(bench: Bench) -> list[Resource]:
    example = bench.example(Role.examples()[0])
    return [*example.around, example.first]


@on_emulators
def test_a_table_and_indexes_that_take_their_time_are_waited_for(rough: Rough) -> None:
    wanted = table(rough.bench)
    tables = rough.slow()
    _, took = rough.took(lambda: rough.works([wanted]))
    assert max(CREATION, BACKUPS) < took < 60
    bare = evolve(wanted, indexes=frozenset())
    rough.works([bare])
    _, took = rough.took(lambda: rough.works([wanted]))
    # One index after the other, each when the one before it is there.
    assert 2 * INDEX < took < 90
    assert rough.script.writes.count("update_table") == 2
    result = rough.run([wanted], goal=ALL)
    assert result.ok, told(result)
    assert tables.unsettled() == []


@on_moto
def test_an_index_that_somebody_else_is_adding_is_waited_for_and_not_added_twice(rough: Rough) -> None:
    wanted = table(rough.bench)
    rough.slow()
    _, two = sorted(wanted.indexes, key=lambda index: index.name)
    rough.works([evolve(wanted, indexes=frozenset())])
    meanwhile = Meanwhile(rough)
    result = rough.run([wanted], meanwhile)
    assert result.ok, told(result)
    created = [call.parameters["GlobalSecondaryIndexUpdates"][0]["Create"]["IndexName"] for call in meanwhile.ours]
    assert created == [two.name]
    rough.bench.unchanged(wanted)


class Meanwhile:
    """Somebody else adds the same index just before we do, so that ours is refused."""

    def __init__(self, rough: Rough) -> None:
        self.rough, self.done, self.ours = rough, False, list[Call]()

    def before(self, call: Call, attempt: int) -> None:
        if call.operation == "update_table" and not self.done:
            self.done = True
            self.rough.bench.transports["dynamodb"].send(call)

    def after(self, call: Call, answer: Any) -> Any:
        if call.operation == "update_table":
            self.ours.append(call)
        return answer


IN_USE = said.aws("ResourceInUseException", "Table is being updated")
BUSY = {
    "create_table": said.SIMULTANEOUSLY,
    "update_continuous_backups": said.aws("ContinuousBackupsUnavailableException", "Backups are being enabled"),
    "create_bucket": said.ABORTED,
    "s3.put_*": said.ABORTED,
    "attach_role_policy": said.aws("ConcurrentModification", "The request was rejected", 409),
    "delete_table": IN_USE,
    "s3.delete_bucket": said.ABORTED,
    "detach_role_policy": said.aws("EntityTemporarilyUnmodifiable", "The user is being modified", 409),
    "delete_role": said.aws("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409),
    "delete_policy": said.aws("DeleteConflict", "Cannot delete a policy attached to entities.", 409),
}


@on_moto
def test_what_is_in_use_by_another_call_is_tried_again(rough: Rough) -> None:
    roles = frozenset({"examples-of-roles"})
    policies = [evolve(each, roles=roles) if isinstance(each, Policy) else each for each in role(rough.bench)]
    resources = [table(rough.bench), bucket(rough.bench), *policies]
    faults = [Fault(operation, error, seconds=100) for operation, error in BUSY.items()]
    faults.append(Fault("delete_table", said.SIMULTANEOUSLY, times=3))
    result = rough.run(resources, *faults)
    assert result.ok, told(result)
    rough.bench.unchanged(*resources)
    result = rough.run(resources, *faults, goal=ALL)
    assert result.ok, told(result)
    assert {fault.operation: fault.struck for fault in faults if not 1 < fault.struck < 40} == {}


@on_moto
def test_a_quota_is_told_at_once(rough: Rough) -> None:
    quota = said.aws("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", 409)
    fault = Fault("create_role", quota, times=99)
    *around, wanted = role(rough.bench)
    result = rough.run([*around, wanted], fault)
    assert "iam.create_role: LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000" in str(
        result.failed[wanted.key]
    )
    assert fault.struck == 1


@on_moto
@pytest.mark.parametrize("kind", [Table, Bucket, Policy, Role], ids=lambda kind: kind.kind)
def test_a_denied_read_is_never_absence_and_names_the_action(rough: Rough, kind: type[Resource]) -> None:
    """Each read of the kind is denied once, all others are answered: absent or standing, it is unknown."""
    example = rough.bench.example(kind.examples()[0])
    for stands in (False, True):
        if stands:
            rough.works([*example.around, example.first])
        rough.planned([example.first])
        reads = {call.name for call in rough.script.calls}
        # Sub-resources of what does not exist may be denied as well: then it is still absent.
        heads = reads if stands else {"iam.get_role", "iam.get_policy", "dynamodb.describe_table"} & reads
        for read in heads:
            plan, _ = rough.planned([example.first], Fault(read, said.denied(read.replace("_", "")), times=99))
            [change] = plan.changes
            assert change.action is Action.UNKNOWN, (read, change)
            assert change.problem == Problem.DENIED.name
            assert read.partition(".")[2] in change.reason
            assert plan.blocked


@pytest.mark.parametrize("bench", ["ministack"], indirect=True)  # moto drops the mark that a bucket is created with
def test_a_denial_in_the_middle_stops_its_branch_and_the_result_lists_all(rough: Rough) -> None:
    *policies, wanted = role(rough.bench)
    resources = [bucket(rough.bench), *policies, wanted, table(rough.bench)]
    faults = [Fault("attach_role_policy", said.denied("iam:AttachRolePolicy"), times=99)]
    faults += [Fault("put_bucket_policy", said.denied("s3:PutBucketPolicy"), times=99)]
    result = rough.run(resources, *faults)
    assert {key.kind for key in result.failed} == {"iam_role", "s3_bucket"}
    assert {key.kind for key in result.done} == {"iam_policy", "dynamodb_table"}
    assert all(isinstance(e, ApiError) and e.problem is Problem.DENIED for e in result.failed.values())
    assert "not authorized to perform: iam:AttachRolePolicy" in str(result.failed[wanted.key])
    # Nothing of a branch is done after its denial, and nothing is tried twice.
    assert "put_bucket_lifecycle_configuration" not in rough.script.writes
    assert [fault.struck for fault in faults] == [1, 1]
    rough.works(resources)


@define(eq=False)
class Maker(Script):
    """Another run, which makes a table again right after its deletion, so many times."""

    make: Callable[[], object] = lambda: None
    left: int = 0

    def after(self, call: Call, answer: Any) -> Any:
        if call.operation == "delete_table":
            self.left -= 1
            if self.left >= 0:
                self.make()
        return answer


@on_emulators
def test_a_table_that_is_made_again_while_it_is_removed_is_removed_again_and_not_waited_for(rough: Rough) -> None:
    wanted = table(rough.bench)
    rough.works([wanted])
    maker = Maker(make=lambda: Rough(rough.bench).works([wanted]), left=2)
    result, took = rough.took(lambda: rough.run([wanted], maker, goal=ALL))
    assert result.ok, told(result)
    assert rough.script.writes.count("delete_table") == 3
    assert took < 60
    assert rough.planned([wanted], goal=ALL)[0].changes[0].reason == "already gone"


@on_emulators
def test_a_policy_that_somebody_attaches_while_it_is_removed_is_told_as_kept(rough: Rough) -> None:
    *policies, _ = role(rough.bench)
    wanted = policies[0]
    assert isinstance(wanted, Policy)
    rough.works([wanted])
    iam = rough.bench.raw.client("iam")
    iam.create_user(UserName="mallory")

    def attached(call: Call) -> bool:
        iam.attach_user_policy(UserName="mallory", PolicyArn=wanted.arn)
        return True

    # Not every emulator holds back what is attached, so that is said in its place.
    held = said.aws("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    result = rough.run([wanted], Fault("delete_policy", held, of=attached), goal=ALL)
    assert not result.done
    assert "kept: it is attached to user mallory; detach it there" in result.failed[wanted.key].message
    assert rough.planned([wanted], goal=ALL)[0].changes[0].reason.startswith("kept: it is attached to user mallory")
    iam.detach_user_policy(UserName="mallory", PolicyArn=wanted.arn)
    assert rough.run([wanted], goal=ALL).ok


@on_emulators
def test_what_object_lock_holds_is_foretold_and_told_and_all_else_goes(rough: Rough) -> None:
    wanted = bucket(rough.bench)
    locked(rough, wanted)
    filled(rough, wanted, 3)
    retained(rough, wanted, "report-0")
    plan, _ = rough.planned([wanted], goal=ALL)
    assert "Object Lock is on: what it still holds stays, and the bucket with it" in plan.changes[0].remarks[0]
    failed = rough.run([wanted], goal=ALL).failed[wanted.key]
    assert "1 of 3 objects were not deleted, and so it stays\n  - report-0 (version " in failed.message
    # moto does not say until when.
    assert "Object Lock: GOVERNANCE retention until 2" in failed.message or rough.bench.name == "moto"
    assert "never bypassed" in failed.next_step
    assert "delete_bucket" not in rough.script.writes
    freed(rough, wanted)
    assert rough.run([wanted], goal=ALL).ok


@on_emulators
def test_what_stays_is_told_with_what_would_hold_it_even_so(rough: Rough) -> None:
    wanted = bucket(rough.bench)
    locked(rough, wanted)
    plan, _ = rough.planned([wanted], goal=Removing(removal=Removal()))
    assert "--delete-data deletes it with all versions of all objects; Object Lock is on" in plan.changes[0].reason


def locked(rough: Rough, wanted: Bucket) -> None:
    """Make a bucket and switch Object Lock on."""
    rough.works([wanted])
    s3 = rough.bench.raw.client("s3")
    s3.put_object_lock_configuration(Bucket=wanted.name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


def retained(rough: Rough, wanted: Bucket, key: str) -> None:
    """Let an object be kept for an hour."""
    kept: Any = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(hours=1)}
    rough.bench.raw.client("s3").put_object_retention(Bucket=wanted.name, Key=key, Retention=kept)


def freed(rough: Rough, wanted: Bucket) -> None:
    """Delete what is left as somebody may who bypasses retention."""
    s3 = rough.bench.raw.client("s3")
    for each in s3.list_object_versions(Bucket=wanted.name)["Versions"]:
        one = {"Key": each["Key"], "VersionId": each["VersionId"]}
        s3.delete_object(Bucket=wanted.name, BypassGovernanceRetention=True, **one)


def filled(rough: Rough, wanted: Bucket, objects: int) -> None:
    """Make a bucket with some objects in it; moto lets no object into one for TLS only."""
    rough.works([wanted])
    s3 = rough.bench.raw.client("s3")
    s3.delete_bucket_policy(Bucket=wanted.name)
    for number in range(objects):
        s3.put_object(Bucket=wanted.name, Key=f"report-{number}", Body=b"")


@on_emulators
def test_a_half_done_teardown_is_finished_by_the_next(rough: Rough) -> None:
    resources = [table(rough.bench), bucket(rough.bench), *role(rough.bench)]
    rough.works(resources)
    denied = [Fault(name, said.denied(name), times=99) for name in ("delete_bucket", "delete_table", "delete_role")]
    half = rough.run(resources, *denied, goal=ALL)
    assert {key.kind for key in half.failed} == {"s3_bucket", "dynamodb_table", "iam_role"}
    for _ in range(2):
        result = rough.run(resources, goal=ALL)
        assert result.ok, told(result)
    assert [change.reason for change in result.plan.changes if change.reason != "already gone"] == []


@on_moto
def test_a_name_that_is_taken_elsewhere_is_told_in_two_minutes(rough: Rough) -> None:
    taken = said.aws("BucketAlreadyExists", "The requested bucket name is not available.", 409)
    wanted = bucket(rough.bench)
    result, took = rough.took(lambda: rough.run([wanted], Fault("create_bucket", taken, times=99)))
    assert "BucketAlreadyExists" in str(result.failed[wanted.key])
    assert took < 150
    assert Counter(rough.script.writes).keys() == {"create_bucket"}


@on_moto
def test_what_the_api_takes_and_does_not_do_is_an_error_of_its_own(rough: Rough) -> None:
    wanted = bucket(rough.bench)
    rough.works([evolve(wanted, versioning=False)])
    result = rough.run([wanted], Ignoring("put_bucket_versioning"), goal=Making())
    assert "the change was accepted, but it still reports: versioning is False" in str(result.failed[wanted.key])


class Ignoring:
    """Lets reads show the old state for ever: the change was taken, and nothing came of it."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def before(self, call: Call, attempt: int) -> None:
        """Let it pass."""

    def after(self, call: Call, answer: Any) -> Any:
        return {} if call.operation == self.operation.replace("put_", "get_") else answer
