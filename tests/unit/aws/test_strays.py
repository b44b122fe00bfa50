"""The search for what nobody wants any more: what is asked, what a denial means, and whose it is by its marks."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tasktool_infra.aws import marks
from tasktool_infra.aws.place import Place
from tasktool_infra.aws.stray_kinds import IamNames, described
from tasktool_infra.aws.strays import Strays
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key
from tasktool_infra.engine.unwanted import Aside, Stray
from tests.answers import error, feed

OWNER, PLACE = Owner("app", "prod"), Place("123456789012", "aws", "us-east-1")
OURS, SHARED = marks.marks(OWNER), marks.shared_marks(OWNER)
NAMES = IamNames(path="/app/", part="Task", others=("TaskService-",))
SEARCH = Strays(
    key=Key("strays", "aws"),
    layer="aws",
    owner=OWNER,
    place=PLACE,
    names=NAMES,
    wanted=frozenset({Key("dynamodb_table", "wanted"), Key("iam_role", "TaskService")}),
)


def tagged(arn: str, tags: Any = OURS) -> dict[str, Any]:
    return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def role(name: str, path: str = "/app/") -> dict[str, str]:
    return {"RoleName": name, "Arn": PLACE.iam(f"role{path}{name}")}


def search(*found: dict[str, Any], roles: Any = (), **answers: Any) -> tuple[Stray | Aside, ...]:
    """Give what a search finds; whatever it looks at is absent or broken unless an answer is given."""
    known: dict[str, Any] = {
        "get_resources": {"ResourceTagMappingList": list(found)},
        "list_roles": {"Roles": list(roles)},
        "list_policies": {"Policies": []},
        "list_open_id_connect_providers": {"OpenIDConnectProviderList": []},
    }
    return feed(SEARCH.find(), known | answers)


def test_what_is_wanted_is_looked_at_no_further() -> None:
    found = tagged("arn:aws:dynamodb:us-east-1:123456789012:table/wanted")
    assert search(found, roles=[role("TaskService"), role("TaskService-staging"), role("Other", "/else/")]) == ()


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {marks.APPLICATION: "app", marks.ENVIRONMENT: "prod"},
        OURS | {marks.ENVIRONMENT: "staging"},
        OURS | {marks.APPLICATION: "other"},
        marks.shared_marks(Owner("app", "staging")),
    ],
)
def test_what_does_not_carry_the_mark_is_not_looked_at(tags: Any) -> None:
    assert search(tagged("arn:aws:s3:::bucket", tags)) == ()


def test_what_is_gone_by_now_is_nothing() -> None:
    """The tagging API tells of things for a while after they are gone."""
    absent = dict.fromkeys(("head_bucket", "get_bucket_tagging"), error("404"))
    settings = dict.fromkeys(
        (
            "get_bucket_ownership_controls",
            "get_public_access_block",
            "get_bucket_encryption",
            "get_bucket_versioning",
            "get_bucket_policy",
            "get_bucket_lifecycle_configuration",
            "get_object_lock_configuration",
        ),
        error("NoSuchBucket"),
    )
    absent["get_bucket_tagging"] = error("NoSuchBucket")
    assert search(tagged("arn:aws:s3:::bucket"), **absent, **settings) == ()


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("get_resources", "tag:GetResources"),
        ("list_roles", "iam:ListRoles"),
        ("list_policies", "iam:ListPolicies"),
        ("list_open_id_connect_providers", "iam:ListOpenIDConnectProviders"),
    ],
)
def test_who_may_not_look_is_told_which_permission_is_missing(operation: str, action: str) -> None:
    (aside,) = search(**{operation: error("AccessDenied")})
    assert isinstance(aside, Aside)
    assert f"the caller may not call {action}: allow it" in aside.reason


@pytest.mark.parametrize("code", ["NoSuchHost", "ConnectTimeout", "Unreachable"])
def test_a_network_without_the_tagging_api_is_no_failure(code: str) -> None:
    (aside,) = search(get_resources=error(code))
    assert isinstance(aside, Aside)
    assert "tag:GetResources was not answered" in aside.reason


def test_what_cannot_be_looked_at_is_kept_and_told() -> None:
    found = tagged("arn:aws:dynamodb:us-east-1:123456789012:table/old")
    refusal = error("AccessDeniedException")
    refusal.next_step = "ask for it"
    denied = dict.fromkeys(("describe_table", "describe_continuous_backups", "list_tags_of_resource"), refusal)
    (aside,) = search(found, **denied)
    assert isinstance(aside, Aside)
    assert aside.key == Key("dynamodb_table", "old")
    assert "it can't be looked at, and so is kept" in aside.reason
    assert aside.next_step == aside.change().next_step == "ask for it"


@pytest.mark.parametrize(
    "arn", ["arn:aws:ec2:us-east-1:1:vpc/vpc-1", "arn:aws:dynamodb:us-east-1:1:table/a/stream/b", "nonsense"]
)
def test_what_is_of_no_kind_of_ours_is_left_alone_and_told(arn: str) -> None:
    (aside,) = search(tagged(arn))
    assert isinstance(aside, Aside)
    assert aside.change().action.value == "none"
    assert "left alone" in aside.reason


@pytest.mark.parametrize(
    ("arn", "key"),
    [
        ("arn:aws-cn:dynamodb:cn-north-1:1:table/t.1", "dynamodb_table.t.1"),
        ("arn:aws:s3:::a.bucket", "s3_bucket.a.bucket"),
        ("arn:aws:ecr:us-east-1:1:repository/a/b", "ecr_repository.a/b"),
        ("arn:aws:iam::1:role/app/sub/R", "iam_role.R"),
        ("arn:aws:iam::1:policy/P", "iam_policy.P"),
        ("arn:aws:iam::1:oidc-provider/host/id/X", "iam_oidc_provider.host/id/X"),
        ("arn:aws:s3:::a.bucket/object", None),
        ("arn:aws:iam::1:user/U", None),
    ],
)
def test_arns_name_kinds(arn: str, key: str | None) -> None:
    found = described(arn, OWNER, PLACE)
    assert (found and str(found.key)) == key


@given(st.text(max_size=60) | st.from_regex(r"arn:[a-z]*:(iam|s3|ecr|dynamodb):.*", fullmatch=True))
def test_no_text_is_too_odd_for_an_arn(text: str) -> None:
    found = described(text, OWNER, PLACE)
    assert found is None or found.key.identity


def test_names_of_an_environment_end_with_its_name() -> None:
    staging = IamNames(path="/app/", part="Task", end="-staging")
    fits = described(PLACE.iam("role/app/TaskOld-staging"), OWNER, PLACE)
    other = described(PLACE.iam("role/app/TaskOld-dev"), OWNER, PLACE)
    elsewhere = described(PLACE.iam("role/TaskOld-staging"), OWNER, PLACE)
    policy = described(PLACE.iam("policy/Unrelated-staging"), OWNER, PLACE)
    found = [each for each in (fits, other, elsewhere, policy) if each is not None]
    assert [staging.fits(each) for each in found] == [True, False, False, False]
    assert evolve(staging, end="").fits(found[1])
