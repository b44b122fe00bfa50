"""Reading an IAM policy while somebody else makes, changes or deletes it."""

import pytest

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_policy import LOOKS, Version
from tasktool_infra.engine.errors import NotAccepted
from tests.answers import error, feed
from tests.unit.aws.recorded_policies import MARKS, answers, document, policy


def test_a_version_that_goes_while_it_is_read_is_left_out() -> None:
    recorded = answers({"v1": document("a:B"), "v2": document("c:D")}, "v2", MARKS)
    version = recorded["get_policy_version"]
    recorded["get_policy_version"] = lambda call: (
        error("NoSuchEntity") if call.parameters["VersionId"] == "v1" else version(call)
    )
    found = feed(policy().read(), recorded)
    assert found is not None
    assert found.versions == (Version("v2", Document.parse(document("c:D"))),)


def test_a_policy_that_goes_while_it_is_read_is_gone() -> None:
    recorded = answers({"v1": document("a:B")}, "v1", MARKS)
    policies = iter([recorded["get_policy"]])
    recorded["get_policy"] = lambda _: next(policies, error("NoSuchEntity"))
    assert feed(policy().read(), {**recorded, "get_policy_version": error("NoSuchEntity")}) is None


def test_a_default_version_that_shows_late_is_looked_at_again() -> None:
    recorded = answers({"v1": document("a:B")}, "v1", MARKS)
    version, looks = recorded["get_policy_version"], iter(range(LOOKS))
    recorded["get_policy_version"] = lambda call: version(call) if next(looks) == LOOKS - 1 else error("NoSuchEntity")
    found = feed(policy().read(), recorded)
    assert found is not None
    assert found.default == "v1"


def test_a_default_version_that_never_shows_is_told() -> None:
    recorded = {**answers({"v1": document("a:B")}, "v1", MARKS), "get_policy_version": error("NoSuchEntity")}
    with pytest.raises(NotAccepted, match="v1 is its default version, and that there is no such version"):
        feed(policy().read(), recorded)
