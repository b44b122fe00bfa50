"""With just what `permissions` prints every command does its work, and each action printed is one that it needs."""

import pytest

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.engine.plan import BLOCKING
from tasktool_infra.kube.rbac import Right
from tasktool_infra.least_privilege.cluster import needed_rights
from tasktool_infra.least_privilege.grant import grant, resources_of
from tasktool_infra.least_privilege.needed import needed
from tasktool_infra.target import Target
from tasktool_infra.task_tool import iam_names
from tests.crash.cloud import CLUSTER, ISSUER
from tests.crash.conftest import Worlds
from tests.crash.guard import PLACE, Guard
from tests.crash.prod import order
from tests.crash.scenarios import SCENARIOS, view

TARGET = Target(place=PLACE, caller="", aws_endpoint="", issuer=ISSUER)
ENVIRONMENT = order("plan").environments[0]
SELDOM = {
    "ecr:BatchGetImage": "only looked at when a container says that its program has the wrong format",
    "ecr:UntagResource": "only for a repository that another environment uses too",
    "iam:AddClientIDToOpenIDConnectProvider": "only for a provider without our audience, which `--adopt` repairs",
    "iam:TagOpenIDConnectProvider": "only for a provider that we made",
    "iam:UntagOpenIDConnectProvider": "only for a provider that we made",
    "s3:GetObjectLegalHold": "only for an object that can't be deleted",
    "s3:GetObjectRetention": "only for an object that can't be deleted",
}
"""Actions that no run here needs, each with the situation that does; its call is tried by the tests of the kind."""


def guarded(command: str, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Guard:
    """Give the gate after the command has gone through it in every situation."""
    guard = Guard(grant(ENVIRONMENT, command, TARGET))
    for scenario in SCENARIOS:
        world = worlds()
        scenario.ready(world)
        with monkeypatch.context() as patch:
            guard.install(patch)
            if command == "plan":
                assert [c.reason for c in world.plan().changes if c.action in BLOCKING] == []
            else:
                world.run(command)
                assert not view(world)["under way"]
    return guard


@pytest.mark.parametrize("command", ["plan", "provision", "teardown"])
def test_it_is_enough_and_nothing_is_spare(command: str, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = guarded(command, worlds, monkeypatch)
    resources = resources_of(ENVIRONMENT, TARGET)
    names = iam_names(ENVIRONMENT, [each.key for each in resources])
    granted, rights = needed(command, resources, PLACE, names, CLUSTER), needed_rights(command, resources)
    assert actions(granted) - actions(guard.used) == actions(granted) & SELDOM.keys()
    assert kinds(guard.used_rights) <= kinds(rights)
    assert {right.verb for right in rights} == {right.verb for right in guard.used_rights}
    # A plan tries an apply where it may, and compares where it may not; nothing else is ever refused.
    tried = [said for said in guard.refused if said.startswith("cannot patch ")]
    assert guard.refused == (tried if command == "plan" else [])


def actions(found: set[Need] | frozenset[Need]) -> set[str]:
    return {need.action for need in found}


def kinds(found: set[Right] | frozenset[Right]) -> set[tuple[str, str]]:
    return {(right.verb, right.resource) for right in found}
