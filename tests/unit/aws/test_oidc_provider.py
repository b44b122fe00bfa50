"""The OIDC provider of a cluster: used as it is, made only when told to, never deleted."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.aws.oidc_provider import OidcProvider
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making, Removing
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.engine.owner import Owner, Ownership
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Removal
from tests.answers import error, feed

PLACE = Place("111122223333", "aws", "ap-northeast-1")
ISSUER = "oidc.eks.ap-northeast-1.amazonaws.com/id/5F3A"
AUDIENCE = "sts.amazonaws.com"
OPERATION = "get_open_id_connect_provider"
MARKS = {"Application": "task-tool", "ManagedBy": "tasktool-infra", "UsedBy/prod": "tasktool-infra"}


def provider(**more: Any) -> OidcProvider:
    return OidcProvider(url=f"https://{ISSUER}", **more).at(PLACE).marked(Owner("task-tool", "prod"))


def live(tags: dict[str, str], clients: tuple[str, ...] = (AUDIENCE,), url: str = ISSUER) -> OidcProvider:
    answer = {
        "Url": url,
        "ClientIDList": list(clients),
        "ThumbprintList": ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    found = feed(provider().read(), {OPERATION: answer})
    assert found is not None
    return found


def test_it_is_named_without_scheme_and_slash() -> None:
    assert provider().arn == f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
    assert OidcProvider(url=f"https://{ISSUER}/").key == OidcProvider(url=ISSUER).key


@pytest.mark.parametrize("url", [ISSUER, f"https://{ISSUER}"])
def test_what_is_read_equals_what_is_wanted_however_the_url_is_written(url: str) -> None:
    assert live(MARKS, url=url) == provider()


def test_what_is_read_is_what_aws_says_whatever_was_wanted() -> None:
    found = live({"ManagedBy": "tasktool-infra"}, ())
    assert found.client_ids == frozenset()
    assert found.tags == {"ManagedBy": "tasktool-infra"}


def test_absent_is_refused_with_the_way_out_unless_it_may_be_made() -> None:
    assert feed(provider().read(), {OPERATION: error("NoSuchEntity")}) is None
    change = Making().change(provider(cluster="mz-k8s"), None)
    assert change.action is Action.REFUSE
    assert "create_oidc_provider = true" in change.next_step
    assert "eksctl utils associate-iam-oidc-provider --cluster mz-k8s --approve" in change.next_step
    assert Making().change(provider(create=True), None).action is Action.CREATE


def test_a_denied_read_is_never_absence() -> None:
    with pytest.raises(ApiError, match="AccessDenied"):
        feed(provider().read(), {OPERATION: error("AccessDenied")})


def test_creation_carries_the_marks_of_what_is_shared_and_no_thumbprint() -> None:
    (step,) = provider(create=True).converge(None)
    assert isinstance(step, Call)
    assert step.operation == "create_open_id_connect_provider"
    assert step.parameters == {
        "Url": f"https://{ISSUER}",
        "ClientIDList": [AUDIENCE],
        "Tags": [{"Key": key, "Value": MARKS[key]} for key in sorted(MARKS)],
    }
    assert step.settles == {"EntityAlreadyExists"}


def test_an_unmarked_one_is_used_and_never_marked() -> None:
    found = live({"team": "platform"}, (AUDIENCE, "other"))
    assert found.ownership is Ownership.NOBODYS
    assert found.kept == ("tag team", "client id other")
    assert Making().change(provider(), found).action is Action.NONE


def test_an_unmarked_one_without_the_audience_is_changed_only_when_told_to() -> None:
    found = live({}, ("other",))
    assert Making().change(provider(), found).action is Action.REFUSE
    change = Making(adopt=True).change(provider(), found)
    assert change.adopts
    assert [step.operation for step in change.steps if isinstance(step, Call)] == [
        "add_client_id_to_open_id_connect_provider"
    ]


def test_one_of_ours_is_repaired() -> None:
    some = {key: MARKS[key] for key in ("Application", "ManagedBy")}
    found = live({**some, "UsedBy/dev": "tasktool-infra"}, ("other",))
    add, tag = (step for step in provider().converge(found) if isinstance(step, Call))
    assert (add.operation, add.parameters["ClientID"]) == ("add_client_id_to_open_id_connect_provider", AUDIENCE)
    assert tag.operation == "tag_open_id_connect_provider"
    assert tag.parameters["Tags"] == ({"Key": "UsedBy/prod", "Value": "tasktool-infra"},)


def test_one_of_another_application_is_refused() -> None:
    change = Making(adopt=True).change(provider(), live({**MARKS, "Application": "other"}))
    assert change.action is Action.REFUSE


def test_on_removal_only_our_mark_goes() -> None:
    goal = Removing(removal=Removal(delete_data=True))
    change = goal.change(provider(), live({**MARKS, "UsedBy/dev": "tasktool-infra"}))
    assert change.action is Action.UPDATE
    (step,) = change.steps
    assert isinstance(step, Call)
    assert step.operation == "untag_open_id_connect_provider"
    assert step.parameters["TagKeys"] == ("UsedBy/prod",)
    some = {key: MARKS[key] for key in ("Application", "ManagedBy")}
    assert goal.change(provider(), live(some)).action is Action.NONE
    assert goal.change(provider(), live({})).action is Action.NONE


def test_examples_are_allowed_to_be_made() -> None:
    for example in OidcProvider.examples():
        assert isinstance(example.first, OidcProvider)
        assert example.first.create
    assert evolve(provider(), create=True) == provider()
