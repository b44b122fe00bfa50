"""IAM policies: read from recorded answers, brought nearer step by step, removed."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_policy import Policy, Version
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Asked, Call, Reading, Step
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Removal
from tests.answers import error, feed
from tests.unit.aws.recorded_policies import ABSENT, ARN, MARKS, answers, document, policy


def live(documents: dict[str, dict[str, Any]], default: str, wanted: Policy | None = None, **tags: str) -> Policy:
    found = feed((wanted or policy()).read(), answers(documents, default, {**MARKS, **tags}))
    assert found is not None
    return found


def said(steps: Any) -> list[tuple[str, str]]:
    """Give the operations of steps with the version that each is about."""
    return [(step.operation, str(step.parameters.get("VersionId", ""))) for step in steps]


def test_what_is_read_is_what_aws_says_whatever_was_wanted() -> None:
    a = policy(document=document("s3:GetObject"))
    b = policy(document=document("s3:PutObject"))
    found = feed(b.read(), answers({"v1": document("s3:GetObject")}, "v1", dict(a.tags)))
    assert found == a
    assert found != b


@pytest.mark.parametrize(
    ("documents", "batches"),
    [
        pytest.param({}, 1, id="none there"),
        pytest.param({"v1": document("dynamodb:GetItem")}, 1, id="never changed"),
        pytest.param({"v1": document("a:B"), "v2": document("dynamodb:GetItem")}, 2, id="changed once"),
        pytest.param({"v2": document("dynamodb:GetItem")}, 2, id="the first version deleted"),
    ],
)
def test_a_policy_that_never_changed_is_read_in_one_batch(documents: dict[str, Any], batches: int) -> None:
    recorded = answers(documents, max(documents), MARKS) if documents else ABSENT
    asked: list[Asked] = []

    def counted() -> Reading[Policy | None]:
        reading = policy().read()
        answer = None
        while True:
            try:
                asked.append(reading.send(answer))
            except StopIteration as stop:
                found: Policy | None = stop.value
                return found
            answer = yield asked[-1]

    assert feed(counted(), recorded) == (policy() if documents else None)
    assert len(asked) == batches


def test_a_denied_read_is_never_absence() -> None:
    denied = {**ABSENT, "get_policy": error("AccessDenied")}
    with pytest.raises(ApiError, match="AccessDenied"):
        feed(policy().read(), denied)


def test_a_matching_default_is_read_with_no_other_version() -> None:
    documents = {"v1": document("s3:*"), "v2": {**document("DYNAMODB:getitem"), "Id": "x"}}
    found = live(documents, "v2")
    assert found == policy()
    assert {version.id: version.document is not None for version in found.versions} == {"v2": True, "v1": False}


def test_tags_of_others_are_kept_and_a_missing_mark_is_put_again() -> None:
    wanted = policy()
    found = feed(wanted.read(), answers({"v1": document("dynamodb:GetItem")}, "v1", {**MARKS, "Team": "blue"}))
    assert found is not None
    assert found.kept == ("tag Team",)
    assert found == wanted
    some = {key: MARKS[key] for key in ("Application", "ManagedBy")}
    found = feed(wanted.read(), answers({"v1": document("dynamodb:GetItem")}, "v1", some))
    assert found is not None
    (step,) = wanted.converge(found)
    assert isinstance(step, Call)
    assert step.operation == "tag_policy"
    assert step.parameters == {"PolicyArn": ARN, "Tags": [{"Key": "Environment", "Value": "prod"}]}


@pytest.mark.parametrize(
    ("tags", "ownership"),
    [
        ({}, Ownership.NOBODYS),
        (MARKS, Ownership.OURS),
        ({**MARKS, "Environment": "staging"}, Ownership.ANOTHERS),
    ],
)
def test_tags_say_whose_it_is(tags: dict[str, str], ownership: Ownership) -> None:
    found = feed(policy().read(), answers({"v1": document("dynamodb:GetItem")}, "v1", tags))
    assert found is not None
    assert found.ownership is ownership


def test_the_creating_call_carries_the_marks_and_is_settled_by_reading() -> None:
    (step,) = policy(path="/app/").converge(None)
    assert isinstance(step, Call)
    assert step.operation == "create_policy"
    assert step.parameters["Path"] == "/app/"
    assert {tag["Key"]: tag["Value"] for tag in step.parameters["Tags"]} == MARKS
    assert step.settles == {"EntityAlreadyExists"}
    assert Document.parse(step.parameters["PolicyDocument"]) == Document.parse(document("dynamodb:GetItem"))


GOOD = document("dynamodb:GetItem")
FIVE = {f"v{number}": document(f"dynamodb:Other{number}") for number in (3, 7, 9, 10, 11)}


@pytest.mark.parametrize(
    ("documents", "default", "expected"),
    [
        pytest.param({"v1": GOOD}, "v1", [], id="as wanted"),
        pytest.param(
            {"v1": document("a:B")}, "v1", [("create_policy_version", "")], id="one version with another document"
        ),
        pytest.param(
            {"v1": GOOD, "v2": document("*:*")}, "v2", [("set_default_policy_version", "v1")], id="made by hand"
        ),
        pytest.param(
            {"v1": GOOD, **{f"v{n}": document(f"a:B{n}") for n in (2, 3, 4, 5)}},
            "v5",
            [("set_default_policy_version", "v1")],
            id="a fifth by hand",
        ),
        pytest.param(
            {"v2": GOOD, "v9": document("a:B"), "v10": GOOD},
            "v9",
            [("set_default_policy_version", "v10")],
            id="the latest of several that match",
        ),
        pytest.param(
            FIVE, "v9", [("delete_policy_version", "v3"), ("create_policy_version", "")], id="five, a middle default"
        ),
        pytest.param(
            FIVE, "v3", [("delete_policy_version", "v7"), ("create_policy_version", "")], id="five, the oldest default"
        ),
    ],
)
def test_steps_to_the_wanted_document(
    documents: dict[str, dict[str, Any]], default: str, expected: list[tuple[str, str]]
) -> None:
    wanted = policy()
    assert said(wanted.converge(live(documents, default))) == expected


def test_a_new_version_becomes_the_default_and_a_race_for_room_is_settled_by_reading() -> None:
    (step,) = policy().converge(live({"v1": document("a:B")}, "v1"))
    assert isinstance(step, Call)
    assert step.parameters["SetAsDefault"] is True
    assert step.settles == {"LimitExceeded"}
    assert not step.removes


def test_a_document_that_is_too_long_is_refused_before() -> None:
    actions = [f"dynamodb:Action{number:04}" for number in range(300)]
    change = Making().change(policy(document=document(*actions)), None)
    assert change.action is Action.REFUSE
    assert "6144" in change.reason


def test_white_space_does_not_count() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::b/{' ' * 7000}"}
    assert not list(policy(document={"Version": "2012-10-17", "Statement": [statement]}).refuses(None))


def examined(attached: dict[str, list[str]], wanted: Policy) -> Policy:
    entities = {
        f"Policy{entity}s": [{f"{entity}Name": name, f"{entity}Id": "AIDAEXAMPLE"} for name in attached.get(entity, [])]
        for entity in ("Role", "User", "Group")
    }
    recorded = answers({"v1": GOOD, "v2": document("a:B"), "v3": GOOD}, "v2", MARKS)
    found = feed(wanted.examine(), {**recorded, "list_entities_for_policy": entities})
    assert found is not None
    return found


def removal(wanted: Policy, found: Policy) -> list[tuple[str, str]]:
    steps: tuple[Step, ...] = wanted.remove(found, Removal()).steps
    return said(steps)


def test_removal_detaches_our_own_roles_and_never_deletes_the_default_version() -> None:
    wanted = policy(roles={"TaskService", "TaskReporter"})
    assert removal(wanted, examined({"Role": ["TaskService"]}, wanted)) == [
        ("detach_role_policy", ""),
        ("delete_policy_version", "v1"),
        ("delete_policy_version", "v3"),
        ("delete_policy", ""),
    ]
    for step in wanted.remove(examined({"Role": ["TaskService"]}, wanted), Removal()).steps:
        assert isinstance(step, Call)
        assert "NoSuchEntity" in step.expects


@pytest.mark.parametrize(
    ("attached", "named"),
    [({"Role": ["Other"]}, "role Other"), ({"User": ["ann"]}, "user ann"), ({"Group": ["ops"]}, "group ops")],
)
def test_it_stays_while_somebody_else_has_it(attached: dict[str, list[str]], named: str) -> None:
    wanted = policy(roles={"TaskService"})
    found = examined({**attached, "Role": ["TaskService", *attached.get("Role", [])]}, wanted)
    departure = wanted.remove(found, Removal())
    assert not departure.steps
    assert named in departure.stays
    assert "TaskService" not in departure.stays
    assert Removing(removal=Removal()).change(wanted, found).action is Action.NONE


def test_an_absent_policy_is_examined_as_absent() -> None:
    assert feed(policy().examine(), ABSENT) is None


def test_the_arn_follows_from_partition_account_and_path() -> None:
    china = Policy(name="P", path="/app/", document=GOOD).at(Place("111122223333", "aws-cn", "cn-north-1"))
    assert china.arn == "arn:aws-cn:iam::111122223333:policy/app/P"


def test_versions_are_compared_by_number() -> None:
    assert Version("v9.abc").age < Version("v10").age


def test_examples_differ_in_what_can_be_repaired() -> None:
    for example in Policy.examples():
        assert isinstance(example.then, Policy)
        assert example.first.key == example.then.key
    assert evolve(policy(), document=document("a:B")) != policy()
