"""IAM roles: read from recorded answers, brought nearer step by step, removed."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.irsa import irsa_trust
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Removal
from tasktool_infra.values.frozen import FrozenDict
from tests.answers import error, feed

PLACE = Place("111122223333", "aws", "ap-northeast-1")
OWNER = Owner("task-tool", "prod")
ISSUER = "oidc.eks.ap-northeast-1.amazonaws.com/id/5F3A"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
TRUST = irsa_trust(PROVIDER, ISSUER, "prod", "task-service")
OURS = "arn:aws:iam::111122223333:policy/TablePolicy"
FOREIGN = "arn:aws:iam::aws:policy/AdministratorAccess"
BOUNDARY = "arn:aws:iam::111122223333:policy/Boundary"


def role(**more: Any) -> Role:
    given_fields = {"name": "TaskService", "path": "/app/", "trust": TRUST, "policies": {OURS}, **more}
    return Role(**given_fields).at(PLACE).marked(OWNER)


def answers(state: Role, *, inline: tuple[str, ...] = (), boundary: str | None = None, **more: Any) -> dict[str, Any]:
    """Give what AWS answers for a role in this state; the trust comes URL-encoded."""
    bound = boundary or state.permissions_boundary
    found = {
        "Path": state.path,
        "RoleName": state.name,
        "RoleId": "AROAEXAMPLEEXAMPLEEXA",
        "Arn": state.arn,
        "AssumeRolePolicyDocument": quote(state.trust.to_json()),
        "MaxSessionDuration": state.max_session_duration,
        "Tags": [{"Key": key, "Value": value} for key, value in state.tags.items()],
        "RoleLastUsed": {},
        **(
            {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound}}
            if bound
            else {}
        ),
        **more,
    }
    attached = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in sorted(state.policies)]
    return {
        "get_role": {"Role": found},
        "list_attached_role_policies": {"AttachedPolicies": attached},
        "list_role_policies": {"PolicyNames": [*state.inline_policies, *inline]},
        "list_instance_profiles_for_role": {"InstanceProfiles": []},
    }


def live(state: Role, **more: Any) -> Role:
    found = feed(role().read(), answers(state, **more))
    assert found is not None
    return found


def calls(wanted: Role, found: Role | None) -> list[Call]:
    steps = list(wanted.converge(found))
    assert all(isinstance(step, Call) for step in steps)
    return [step for step in steps if isinstance(step, Call)]


def operations(wanted: Role, found: Role | None) -> list[str]:
    return [call.operation for call in calls(wanted, found)]


names = st.frozensets(st.sampled_from([OURS, FOREIGN, BOUNDARY]))


@given(
    policies=names,
    inline=st.frozensets(st.sampled_from(["a", "b"])),
    hours=st.integers(min_value=1, max_value=12),
    account=st.sampled_from(["task-service", "task-reporter"]),
    boundary=st.sampled_from([OURS, BOUNDARY]),
)
def test_what_is_read_is_what_aws_says_whatever_was_wanted(
    policies: frozenset[str], inline: frozenset[str], hours: int, account: str, boundary: str
) -> None:
    state = role(
        policies=policies,
        inline_policies=inline,
        trust=irsa_trust(PROVIDER, ISSUER, "prod", account),
        max_session_duration=hours * 3600,
        permissions_boundary=boundary,
    )
    assert feed(role(permissions_boundary=FOREIGN).read(), answers(state)) == state


def test_the_trust_may_come_decoded_and_with_scalars() -> None:
    recorded = answers(role())
    data = json.loads(TRUST.to_json())
    data["Statement"] = {**data["Statement"][0], "Action": ["sts:assumerolewithwebidentity"], "Sid": "x"}
    recorded["get_role"]["Role"]["AssumeRolePolicyDocument"] = data
    assert feed(role().read(), recorded) == role()


def test_an_absent_role_is_none() -> None:
    gone = error("NoSuchEntity")
    operations = ("get_role", "list_attached_role_policies", "list_role_policies", "list_instance_profiles_for_role")
    assert feed(role().read(), dict.fromkeys(operations, gone)) is None
    assert feed(role().examine(), dict.fromkeys(operations, gone)) is None


@pytest.mark.parametrize("operation", ["get_role", "list_attached_role_policies", "list_role_policies"])
def test_a_denied_read_is_never_absence(operation: str) -> None:
    with pytest.raises(ApiError, match="AccessDenied"):
        feed(role().read(), {**answers(role()), operation: error("AccessDenied")})


def test_reads_go_out_in_one_batch_and_lists_in_all_pages() -> None:
    batch = next(role().read())
    assert isinstance(batch, tuple)
    assert [(call.operation, call.pages) for call in batch] == [
        ("get_role", False),
        ("list_attached_role_policies", True),
        ("list_role_policies", True),
    ]


def test_a_boundary_that_nobody_wants_is_kept_and_shown() -> None:
    found = live(role(), boundary=BOUNDARY)
    assert found == role()
    assert found.kept == (f"permissions boundary {BOUNDARY}",)
    assert operations(role(), found) == []


def test_creation_carries_boundary_and_marks_and_then_attaches() -> None:
    create, attach = calls(role(permissions_boundary=BOUNDARY), None)
    assert create.operation == "create_role"
    assert create.parameters["PermissionsBoundary"] == BOUNDARY
    assert create.parameters["Path"] == "/app/"
    assert Document.parse(create.parameters["AssumeRolePolicyDocument"]) == TRUST
    assert {tag["Key"] for tag in create.parameters["Tags"]} == {"Application", "Environment", "ManagedBy"}
    assert "Description" not in create.parameters
    assert create.settles == {"EntityAlreadyExists"}
    assert attach.operation == "attach_role_policy"
    assert attach.parameters == {"RoleName": "TaskService", "PolicyArn": OURS}


@pytest.mark.parametrize(
    ("state", "more", "expected", "removes"),
    [
        pytest.param(role(), {}, [], [], id="as wanted"),
        pytest.param(role(policies=()), {}, ["attach_role_policy"], [], id="detached"),
        pytest.param(
            role(policies={OURS, FOREIGN}), {}, ["detach_role_policy"], [f"policy {FOREIGN}"], id="another attached"
        ),
        pytest.param(
            role(policies={FOREIGN}),
            {},
            ["attach_role_policy", "detach_role_policy"],
            [f"policy {FOREIGN}"],
            id="exchanged",
        ),
        pytest.param(role(), {"inline": ("i",)}, ["delete_role_policy"], ["inline policy i"], id="inline"),
        pytest.param(role(max_session_duration=43200), {}, ["update_role"], [], id="longer sessions"),
        pytest.param(
            evolve(role(), tags=FrozenDict({"ManagedBy": "tasktool-infra"})), {}, ["tag_role"], [], id="lost tags"
        ),
        pytest.param(
            role(
                trust=irsa_trust(PROVIDER, ISSUER, "dev", "task-service"), policies={FOREIGN}, max_session_duration=7200
            ),
            {"inline": ("i", "j")},
            ["update_assume_role_policy", "update_role", "attach_role_policy", "detach_role_policy"]
            + ["delete_role_policy"] * 2,
            [f"policy {FOREIGN}", "inline policy i", "inline policy j"],
            id="everything at once",
        ),
    ],
)
def test_each_drift_has_its_own_step(
    state: Role, more: dict[str, Any], expected: list[str], removes: list[str]
) -> None:
    steps = calls(role(), live(state, **more))
    assert [step.operation for step in steps] == expected
    assert [step.removes for step in steps if step.removes] == removes


def test_with_no_room_detaching_comes_first() -> None:
    others = {f"arn:aws:iam::aws:policy/P{number}" for number in range(10)}
    assert operations(role(), live(role(policies=others))) == ["detach_role_policy"] * 10 + ["attach_role_policy"]


def test_a_description_is_said_again_when_the_session_is_set() -> None:
    (step,) = calls(role(), live(role(max_session_duration=7200), Description="by hand"))
    assert step.parameters == {"RoleName": "TaskService", "Description": "by hand", "MaxSessionDuration": 3600}


@pytest.mark.parametrize(
    ("before", "removes"), [(None, ""), (FOREIGN, f"permissions boundary {FOREIGN}")], ids=["none", "another"]
)
def test_a_wanted_boundary_is_put(before: str | None, removes: str) -> None:
    wanted = role(permissions_boundary=BOUNDARY)
    found = feed(wanted.read(), answers(role(permissions_boundary=before)))
    (step,) = calls(wanted, found)
    assert step.operation == "put_role_permissions_boundary"
    assert step.parameters["PermissionsBoundary"] == BOUNDARY
    assert step.removes == removes


def test_another_path_is_refused() -> None:
    change = Making().change(role(), live(role(path="/")))
    assert change.action is Action.REFUSE
    assert "path is /, wanted /app/" in change.reason


def test_removal_takes_everything_off_first() -> None:
    found = feed(role().examine(), answers(role(policies={OURS, FOREIGN}), inline=("i",)))
    assert found is not None
    steps = [step for step in role().remove(found, Removal()).steps if isinstance(step, Call)]
    assert [step.operation for step in steps] == [
        "detach_role_policy",
        "detach_role_policy",
        "delete_role_policy",
        "delete_role",
    ]
    assert all("NoSuchEntity" in step.expects for step in steps)


def test_it_stays_in_an_instance_profile() -> None:
    profiles = {"InstanceProfiles": [{"InstanceProfileName": "web", "Roles": []}]}
    found = feed(role().examine(), {**answers(role()), "list_instance_profiles_for_role": profiles})
    change = Removing(removal=Removal()).change(role(), found)
    assert change.action is Action.NONE
    assert "instance profile web" in change.reason


def test_a_policy_of_the_own_account_may_be_named_short() -> None:
    short = frozenset({"policy/app/P", FOREIGN})
    placed = Role(name="R", trust=TRUST, policies=short, permissions_boundary="policy/B").at(PLACE)
    assert placed.policies == {"arn:aws:iam::111122223333:policy/app/P", FOREIGN}
    assert placed.permissions_boundary == "arn:aws:iam::111122223333:policy/B"
    assert placed.at(PLACE) == placed


def test_the_output_is_the_arn() -> None:
    assert dict(role().outputs()) == {"role TaskService": "arn:aws:iam::111122223333:role/app/TaskService"}


def test_examples_bring_what_they_need() -> None:
    for example in Role.examples():
        around = {f"policy/{policy.key.identity}" for policy in example.around}
        assert isinstance(example.then, Role)
        assert example.then.policies <= around
