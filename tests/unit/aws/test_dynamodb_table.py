"""The table as data: what is read from AWS's answers, which steps follow, what is refused, how it leaves."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.dynamodb_table import Attribute, Index, Table
from tasktool_infra.engine.calls import Call, Wait
from tasktool_infra.engine.errors import ApiError, Problem, Refused
from tests.answers import error, feed
from tests.unit.aws.recorded_tables import BY_STATUS, BY_USER, KEY, OWNER, PLACE, TASKS, answers, index

EXTRA = Index(name="extra", hash_key="color:S", projection="INCLUDE", non_key_attributes=frozenset({"b", "a"}))
OLD = Index(name="an_old_one", hash_key="task_id:S", projection="KEYS_ONLY")


def live(wanted: Table = TASKS, **more: Any) -> Table:
    found = feed(TASKS.read(), answers(wanted, **more))
    assert found is not None
    return found


def briefly(steps: Any) -> list[str]:
    return ["wait" if isinstance(step, Wait) else step.says for step in steps]


def bodies(steps: Any, operation: str = "update_table") -> list[Any]:
    return [s.parameters for s in steps if isinstance(s, Call) and s.operation == operation]


def test_what_aws_leaves_out_has_its_meaning() -> None:
    found = live(evolve(TASKS, billing="PROVISIONED", kms_key_arn=None, deletion_protection=False))

    assert (found.billing, found.kms_key_arn, found.deletion_protection) == ("PROVISIONED", None, False)


@pytest.mark.parametrize("name", ["DISABLED", "DISABLING"])
def test_encryption_that_is_off_is_a_key_of_aws(name: str) -> None:
    assert live(SSEDescription={"Status": name, "SSEType": "KMS", "KMSMasterKeyArn": KEY}).kms_key_arn is None


def test_absent_is_none_although_every_call_says_it_by_another_code() -> None:
    gone = {
        "describe_table": error("ResourceNotFoundException"),
        "describe_continuous_backups": error("TableNotFoundException"),
        "list_tags_of_resource": error("AccessDeniedException"),
    }

    assert feed(TASKS.read(), gone) is None


def test_forbidden_tags_of_a_table_that_stands_are_an_error() -> None:
    denied = ApiError("AccessDeniedException", "not authorized", status=400, problem=Problem.DENIED)

    with pytest.raises(ApiError, match="not authorized"):
        feed(TASKS.read(), {**answers(TASKS), "list_tags_of_resource": denied})


def test_a_table_that_goes_while_it_is_read_is_absent_and_not_forbidden() -> None:
    denied = ApiError("AccessDeniedException", "not authorized", status=400, problem=Problem.DENIED)
    said = answers(TASKS)
    replies = iter([said["describe_table"], error("ResourceNotFoundException")])

    assert (
        feed(TASKS.read(), {**said, "describe_table": lambda _: next(replies), "list_tags_of_resource": denied}) is None
    )


def test_tags_that_lag_behind_the_creation_are_waited_for() -> None:
    replies = iter([error("ResourceNotFoundException"), answers(TASKS)["list_tags_of_resource"]])

    found = feed(TASKS.read(), {**answers(TASKS), "list_tags_of_resource": lambda _: next(replies)})

    assert found == TASKS


def test_an_archived_table_has_no_tags_and_is_nobodys_to_judge() -> None:
    said = {**answers(TASKS, TableStatus="ARCHIVED"), "list_tags_of_resource": error("ResourceNotFoundException")}

    with pytest.raises(Refused, match="KMS key could not be used"):
        feed(TASKS.read(), said)


def test_what_others_added_is_kept_and_shown() -> None:
    local = {"IndexName": "by_color", "KeySchema": [{"AttributeName": "color", "KeyType": "RANGE"}]}
    said = answers(evolve(TASKS, tags=TASKS.tags | {"team": "blue"}), LocalSecondaryIndexes=[local])
    said["describe_table"]["Table"]["AttributeDefinitions"].append({"AttributeName": "color", "AttributeType": "S"})

    found = feed(TASKS.read(), said)

    assert found == TASKS
    assert found.kept == ("tag team", "local index by_color")
    more = evolve(TASKS, indexes=TASKS.indexes | {OLD})
    assert "color" in str(bodies(more.converge(found))[0]["AttributeDefinitions"])


def test_an_index_with_several_keys_of_one_role_is_another_index() -> None:
    several = index(BY_USER)
    several["KeySchema"].insert(1, {"AttributeName": "start_at", "KeyType": "HASH"})

    reasons = [r.reason for r in TASKS.refuses(live(GlobalSecondaryIndexes=[several, index(BY_STATUS)]))]

    assert len(reasons) == 1
    assert "user_name + start_at:S + N" in reasons[0]


ATTRIBUTES = st.builds(Attribute, st.sampled_from("abcdef"), st.just("S"))
INDEXES = st.builds(
    Index,
    name=st.text("xyz", min_size=3, max_size=5),
    hash_key=ATTRIBUTES,
    range_key=st.none() | ATTRIBUTES,
    non_key_attributes=st.frozensets(st.sampled_from("pqr")),
)
TABLES = st.builds(
    Table,
    name=st.just("tasks"),
    hash_key=ATTRIBUTES,
    range_key=st.none() | ATTRIBUTES,
    indexes=st.lists(INDEXES, max_size=4, unique_by=lambda index: index.name).map(frozenset),
    billing=st.sampled_from(["PAY_PER_REQUEST", "PROVISIONED"]),
    point_in_time_recovery=st.booleans(),
    deletion_protection=st.booleans(),
    kms_key_arn=st.sampled_from([None, KEY]),
).map(lambda table: table.at(PLACE).marked(OWNER))


@given(TABLES, TABLES)
def test_every_compared_field_comes_from_the_answers(stands: Table, wanted: Table) -> None:
    assert feed(wanted.read(), answers(stands)) == stands


@given(TABLES, TABLES)
def test_steps_follow_exactly_when_something_differs(stands: Table, wanted: Table) -> None:
    if not list(wanted.refuses(stands)):
        assert bool(list(wanted.converge(stands))) == (stands != wanted)


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "nothing": ({}, {}, []),
    "billing": ({"billing": "PROVISIONED"}, {}, ["set billing and deletion protection", "wait"]),
    "both settings": (
        {"billing": "PROVISIONED", "deletion_protection": False},
        {},
        ["set billing and deletion protection", "wait"],
    ),
    "recovery": ({"point_in_time_recovery": False}, {}, ["set point-in-time recovery"]),
    "key": ({}, {"kms_key_arn": KEY}, ["set the encryption key", "wait"]),
    "no key": ({"kms_key_arn": KEY}, {}, ["set the encryption key", "wait"]),
    "tag": ({"tags": {"ManagedBy": "tasktool-infra"}}, {}, ["put the tags"]),
    "all, in order": (
        {"indexes": frozenset({OLD, EXTRA}), "deletion_protection": False, "point_in_time_recovery": False, "tags": {}},
        {"kms_key_arn": KEY},
        [
            *("delete the index an_old_one", "wait", "delete the index extra", "wait"),
            *("set billing and deletion protection", "wait"),
            *("create the index status_index", "wait", "create the index user_index", "wait"),
            *("set the encryption key", "wait", "set point-in-time recovery", "put the tags"),
        ],
    ),
}


@pytest.mark.parametrize(("stands", "wanted", "steps"), CASES.values(), ids=CASES)
def test_converge(stands: dict[str, Any], wanted: dict[str, Any], steps: list[str]) -> None:
    assert briefly(evolve(TASKS, **wanted).converge(live(evolve(TASKS, **stands)))) == steps


def test_creation_carries_all_that_it_takes() -> None:
    create, wait, recovery = evolve(TASKS, kms_key_arn=KEY).converge(None)

    assert isinstance(create, Call)
    assert set(create.parameters) >= {"GlobalSecondaryIndexes", "SSESpecification", "Tags", "DeletionProtectionEnabled"}
    assert "ResourceInUseException" in create.settles
    assert isinstance(wait, Wait)
    (body,) = bodies([recovery], "update_continuous_backups")
    assert body["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_definitions_name_every_key_that_then_stands_and_no_other() -> None:
    first, second = bodies(TASKS.converge(live(evolve(TASKS, indexes=frozenset()))))

    named = [[each["AttributeName"] for each in body["AttributeDefinitions"]] for body in (first, second)]
    assert named == [
        ["status", "task_id", "updated_at"],
        ["start_at", "status", "task_id", "updated_at", "user_name"],
    ]


def test_throughput_is_said_of_everything_or_of_nothing() -> None:
    provisioned = evolve(TASKS, billing="PROVISIONED")

    (down,) = bodies(TASKS.converge(live(provisioned)))
    (up,) = bodies(provisioned.converge(live()))

    assert down == {"TableName": "tasks", "BillingMode": "PAY_PER_REQUEST"}
    assert [each["Update"]["IndexName"] for each in up["GlobalSecondaryIndexUpdates"]] == ["status_index", "user_index"]
    assert up["ProvisionedThroughput"] == {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}


def test_the_recovery_period_is_kept() -> None:
    stands = live(evolve(TASKS, point_in_time_recovery=False), days=7)

    (body,) = bodies(TASKS.converge(stands), "update_continuous_backups")

    assert body["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}


def test_what_is_taken_away_is_said() -> None:
    stands = live(evolve(TASKS, indexes=TASKS.indexes | {EXTRA}, kms_key_arn=KEY))

    removed = [step.removes for step in TASKS.converge(stands) if isinstance(step, Call)]

    assert removed == ["index extra", f"encryption with the key {KEY}"]
