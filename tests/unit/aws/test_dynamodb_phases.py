"""The table on its way: phases and waits, what is refused, and how it leaves."""

import re
from typing import Any

import jmespath
import pytest
from attrs import evolve

from tasktool_infra.aws import dynamodb_calls as calls
from tasktool_infra.aws.dynamodb_table import Attribute, Index, Table
from tasktool_infra.engine.calls import Call, Wait
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.resource import Phase, Removal
from tasktool_infra.values.frozen import FrozenDict
from tests.answers import error, feed
from tests.unit.aws.recorded_tables import BY_STATUS, BY_USER, KEY, TASKS, answers, index


def live(wanted: Table = TASKS, **more: Any) -> Table:
    found = feed(TASKS.read(), answers(wanted, **more))
    assert found is not None
    return found


def briefly(steps: Any) -> list[str]:
    return [f"wait {step.deadline:.0f}" if isinstance(step, Wait) else step.says for step in steps]


ENCRYPTING = {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": KEY}
PHASES: dict[str, tuple[dict[str, Any], Phase, list[str]]] = {
    "settled": ({}, Phase.SETTLED, []),
    "made by another run": ({"TableStatus": "CREATING"}, Phase.CREATING, ["wait 600"]),
    "changed by another run": ({"TableStatus": "UPDATING"}, Phase.UPDATING, ["wait 600"]),
    "index on its way": (
        {"GlobalSecondaryIndexes": [index(BY_USER, "CREATING"), index(BY_STATUS)]},
        Phase.UPDATING,
        ["wait 3600"],
    ),
    "index going": (
        {"GlobalSecondaryIndexes": [index(BY_USER, "DELETING"), index(BY_STATUS)]},
        Phase.UPDATING,
        ["wait 3600", "create the index user_index", "wait 3600"],
    ),
    "encryption under way": (
        {"SSEDescription": ENCRYPTING},
        Phase.UPDATING,
        ["wait 600", "set the encryption key", "wait 3600"],
    ),
    "going": (
        {"TableStatus": "DELETING"},
        Phase.DELETING,
        ["wait 1200", "create the table", "wait 600", "set point-in-time recovery"],
    ),
}


@pytest.mark.parametrize(("said", "phase", "steps"), PHASES.values(), ids=PHASES)
def test_phases(said: dict[str, Any], phase: Phase, steps: list[str]) -> None:
    found = live(**said)

    assert found.settled is phase
    assert briefly(TASKS.converge(found)) == steps
    assert bool(jmespath.search(calls.READY, {"Table": said_of(said)})) is (phase is Phase.SETTLED)


def said_of(said: dict[str, Any]) -> Any:
    return answers(TASKS, **said)["describe_table"]["Table"]


def test_a_wait_says_what_it_sees() -> None:
    said = said_of({"GlobalSecondaryIndexes": [index(BY_USER, "CREATING"), index(BY_STATUS)]})

    assert jmespath.search(calls.until_ready("tasks").sees, {"Table": said}) == "ACTIVE, user_index CREATING"


@pytest.mark.parametrize("status", calls.BROKEN)
def test_what_no_waiting_ends_is_refused_and_ends_a_wait(status: str) -> None:
    found = live(TableStatus=status)

    assert status in next(TASKS.refuses(found)).reason
    assert jmespath.search(calls.until_ready("tasks").failed, {"Table": said_of({"TableStatus": status})}) is True


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "hash key": ({"hash_key": "other:S"}, "hash_key is task_id:S, wanted other:S"),
    "type of a key": ({"hash_key": "task_id:N"}, "hash_key is task_id:S, wanted task_id:N"),
    "range key": ({"range_key": "at:N"}, "range_key is None, wanted at:N"),
    "keys of an index": (
        {"indexes": frozenset({evolve(BY_USER, range_key=None), BY_STATUS})},
        "user_index has user_name:S and start_at:N with ALL, wanted user_name:S with ALL",
    ),
    "projection": ({"indexes": frozenset({evolve(BY_USER, projection="KEYS_ONLY")})}, "wanted .* with KEYS_ONLY"),
    "alias of a key": ({"kms_key_arn": "alias/mine"}, "not the ARN of a key"),
    "name of an index": ({"indexes": TASKS.indexes | {Index(name="i", hash_key="a:S")}}, "can be called 'i'"),
    "two types": (
        {"indexes": frozenset({Index(name="two", hash_key="task_id:N")})},
        "task_id is wanted with two types",
    ),
}


@pytest.mark.parametrize(("wanted", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_refusals_name_both_values_and_the_way_out(wanted: dict[str, Any], reason: str) -> None:
    (refusal,) = evolve(TASKS, **wanted).refuses(live())

    assert re.search(reason, refusal.reason)
    assert refusal.way_out


def test_a_table_that_is_going_refuses_nothing() -> None:
    assert not list(evolve(TASKS, hash_key=Attribute("other")).refuses(live(TableStatus="DELETING")))


def test_short_forms_of_keys() -> None:
    assert Table(name="t", hash_key="id:S", range_key="at:N") == Table(  # type: ignore[arg-type]
        name="t", hash_key=Attribute("id"), range_key=Attribute("at", "N")
    )
    with pytest.raises(ValueError, match="write name:type"):
        Table(name="t", hash_key="id")  # type: ignore[arg-type]


DATA = Removal(delete_data=True)
UNPROTECTED = evolve(TASKS, deletion_protection=False)
REMOVALS: dict[str, tuple[Table, dict[str, Any], Removal, list[str]]] = {
    "data stays": (TASKS, {}, Removal(), []),
    "protected": (
        TASKS,
        {},
        DATA,
        ["switch deletion protection off", "wait 600", "delete the table", "wait 1200"],
    ),
    "unprotected": (UNPROTECTED, {}, DATA, ["delete the table", "wait 1200"]),
    "changing": (UNPROTECTED, {"TableStatus": "UPDATING"}, DATA, ["wait 600", "delete the table", "wait 1200"]),
    "already going": (TASKS, {"TableStatus": "DELETING"}, Removal(), ["wait 1200"]),
    "broken": (
        TASKS,
        {"TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS"},
        DATA,
        ["switch deletion protection off", "delete the table", "wait 1200"],
    ),
}


@pytest.mark.parametrize(("stands", "said", "removal", "steps"), REMOVALS.values(), ids=REMOVALS)
def test_removal(stands: Table, said: dict[str, Any], removal: Removal, steps: list[str]) -> None:
    departure = TASKS.remove(live(stands, **said), removal)

    assert briefly(departure.steps) == steps
    assert ("--delete-data" in departure.stays) is (not steps)


def test_changes_that_meet_another_are_settled_by_looking() -> None:
    changes = evolve(TASKS, kms_key_arn=KEY).converge(live(evolve(TASKS, indexes=frozenset({BY_USER}))))

    assert all("ResourceInUseException" in step.settles for step in changes if isinstance(step, Call))


def test_the_mark_says_whose_it_is() -> None:
    others = evolve(TASKS, tags=TASKS.tags | {"Environment": "staging"})

    assert live().ownership is Ownership.OURS
    assert live(others).ownership is Ownership.ANOTHERS
    assert live(evolve(TASKS, tags=FrozenDict())).ownership is Ownership.NOBODYS


def test_a_table_that_is_going_is_waited_for_although_its_marks_are_gone_already() -> None:
    going = answers(TASKS, TableStatus="DELETING")
    no_tags: tuple[Any, ...] = ({"Tags": []}, error("ResourceNotFoundException"))
    for tagging in no_tags:
        found = feed(TASKS.read(), {**going, "list_tags_of_resource": tagging})
        assert found is not None
        assert (found.settled, found.ownership) == (Phase.DELETING, Ownership.OURS)
