"""With just what `permissions` prints every command does its work, and each action printed is one that it needs."""

from collections.abc import Iterator
from functools import partial

import pytest

from tasktool_infra.aws.connection import Connection
from tasktool_infra.least_privilege.needed import COMMANDS, INIT, PLAN, VERIFY
from tests.crash.permitted import BLOCKED, Heard, granted, heard, named
from tests.crash.prod import prod

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
UNFELT = {
    "iam:SimulatePrincipalPolicy": "tells of the organization's policies, which there are none of here",
    "list nodes": "tells that nobody could run what is waited for",
    "list pods": "tells which pods have not taken their role, which all have here",
}
"""What changes nothing here, each with what it is for."""
TRYING = (PLAN, VERIFY, INIT)
OTHERS = {VERIFY: ":policy/by-hand", INIT: "s3:GetBucketObjectLockConfiguration"}
"""What has a name that nobody knows beforehand: what somebody else attached to a role, a bucket that nobody wants."""
SAMPLE = 25
"""Of so many actions one is left out, unless all are."""


@pytest.fixture(scope="module")
def told(connection: Connection, request: pytest.FixtureRequest) -> Iterator[dict[str, Heard]]:
    """Give what the commands did, with what is printed and with less."""
    every = 1 if request.config.getoption("all_points") else SAMPLE
    with pytest.MonkeyPatch.context() as patch:
        yield heard(partial(prod, connection, patch), every)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_enough_and_nothing_is_spare(command: str, told: dict[str, Heard]) -> None:
    printed, ran = granted(command), told[command]
    actions, verbs = {need.action for need in printed.needs}, {right.verb for right in printed.rights}
    assert actions - ran.names("actions") == actions & SELDOM.keys()
    assert ran.names("rights") <= {*map(named, printed.rights)}
    assert verbs == {right.partition(" ")[0] for right in ran.names("rights")}
    refused = [said for each in ran.ran for said in each.refused]
    # A plan tries an apply where it may, and compares where it may not.
    tried = [said for said in refused if said.startswith("cannot patch ")]
    others = [said for said in refused if command in OTHERS and OTHERS[command] in said]
    assert sorted(refused) == sorted((tried if command in TRYING else []) + others)
    assert [line for each in ran.ran for line in each.said.splitlines() if line.startswith(BLOCKED)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_without_any_one_action_or_right_it_says_or_does_something_else(command: str, told: dict[str, Heard]) -> None:
    assert told[command].tried
    assert told[command].tried - told[command].missed <= UNFELT.keys()
