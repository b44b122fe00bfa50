"""Who may remove a repository, and what stays."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.resource import Removal
from tasktool_infra.values.frozen import FrozenDict
from tests.answers import feed
from tests.unit.aws.recorded_repositories import BARE, OURS, SHARED, STAGING, USED_TWICE, answers, live, operations

IMAGE = {"imageDigest": "sha256:" + "0" * 64, "imageTag": "1.0.0"}
KEPT, DATA = Removal(), Removal(delete_data=True)
DELETION = ["delete_repository", "wait"]
REMOVALS: dict[str, tuple[Repository, Repository, Any, Removal, tuple[list[str], str]]] = {
    "empty": (OURS, OURS, [], KEPT, (DELETION, "")),
    "images": (OURS, OURS, [IMAGE], KEPT, ([], "--delete-data")),
    "images, with data": (OURS, OURS, [IMAGE], DATA, (DELETION, "")),
    "another user": (SHARED, USED_TWICE, [IMAGE], DATA, (["untag_resource"], "used by staging")),
    "another user, released": (SHARED, evolve(BARE, shared=True).marked(STAGING), [], KEPT, ([], "used by staging")),
    "last user": (SHARED, SHARED, [], KEPT, (DELETION, "")),
    "last user, images": (SHARED, SHARED, [IMAGE], KEPT, ([], "--delete-data")),
    "last user, with data": (SHARED, SHARED, [IMAGE], DATA, (DELETION, "")),
    "marks taken off": (
        SHARED,
        evolve(SHARED, tags=FrozenDict({"ManagedBy": "tasktool-infra"})),
        [],
        DATA,
        ([], "marks it again"),
    ),
    "used although not shared": (OURS, USED_TWICE, [], DATA, ([], "used by prod, staging")),
}


@pytest.mark.parametrize(("wanted", "stands", "images", "how", "leaves"), REMOVALS.values(), ids=REMOVALS)
def test_removal(
    wanted: Repository, stands: Repository, images: Any, how: Removal, leaves: tuple[list[str], str]
) -> None:
    steps, stays = leaves
    departure = wanted.remove(live(stands, wanted, images=images), how)

    assert operations(departure.steps) == steps
    assert stays in departure.stays
    assert bool(stays) == bool(departure.stays)


def test_deletion_with_images_says_so_and_deletion_without_does_not_force() -> None:
    forced = OURS.remove(live(images=[IMAGE]), DATA).steps[0]
    gentle = OURS.remove(live(), KEPT).steps[0]

    assert isinstance(forced, Call)
    assert isinstance(gentle, Call)
    assert (forced.parameters["force"], forced.removes) == (True, "all images")
    assert (gentle.parameters["force"], gentle.removes) == (False, "")


def test_a_page_without_images_that_goes_on_is_not_empty() -> None:
    said = {**answers(OURS), "list_images": {"imageIds": [], "nextToken": "more"}}

    found = feed(OURS.examine(), said)
    assert found is not None
    assert not found.empty
    assert not OURS.remove(found, KEPT).steps
