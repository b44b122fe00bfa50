"""What carries our mark and nobody wants any more, on every emulator: found, listed, gone; and nothing of others."""

from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.aws.dynamodb_table import Table
from tasktool_infra.aws.ecr_repository import Repository
from tasktool_infra.aws.iam_policy import Policy
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.s3_bucket import Bucket
from tasktool_infra.aws.stray_kinds import IamNames
from tasktool_infra.aws.strays import Strays
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key, Removal, Resource
from tests.contract.bench import ALL, OWNER, Bench
from tests.contract.emulators import EMULATORS

SIBLING = Owner(OWNER.application, "sibling")
WITH_DATA = Making(removal=Removal(delete_data=True))
NAMES = IamNames(path="/app/", part="examples")
pytestmark = pytest.mark.parametrize("bench", EMULATORS, indirect=True)


def strays(bench: Bench, *wanted: Resource) -> Strays:
    keys = frozenset(each.key for each in wanted)
    return Strays(key=Key("strays", "aws"), layer="aws", owner=OWNER, place=bench.place, names=NAMES, wanted=keys)


def first(bench: Bench, kind: type[Resource], name: str, owner: Owner | None = OWNER, **fields: Any) -> Resource:
    """Give an example of a kind, under a name."""
    example: Any = kind.examples()[0].first
    return bench.placed(evolve(example, name=name, requires=(), **fields), owner)


def role(bench: Bench, name: str, *policies: Resource, owner: Owner | None = OWNER) -> Resource:
    held = frozenset(f"policy/{policy.key.identity}" for policy in policies)
    return first(bench, Role, name, owner, policies=held)


def test_what_was_renamed_is_listed_and_goes_with_its_data_only_when_told(bench: Bench) -> None:
    table, bucket = first(bench, Table, "examples-old"), first(bench, Bucket, "examples-old-bucket")
    new = first(bench, Table, "examples-new")
    bench.run(table, bucket)
    kept = bench.plan(new, strays(bench, new))
    assert kept.actions == {
        "dynamodb_table.examples-new": "create",
        "dynamodb_table.examples-old": "none",
        "s3_bucket.examples-old-bucket": "none",
    }
    assert all("no longer wanted; kept" in c.reason and "--delete-data" in c.reason for c in kept.changes[1:])
    gone = bench.run(new, strays(bench, new), goal=WITH_DATA)
    assert gone.plan.asks == (
        "delete dynamodb_table.examples-old, and with it the table with all its items",
        "delete s3_bucket.examples-old-bucket, and with it all objects",
    )
    assert bench.plan(new, strays(bench, new)).actions == {"dynamodb_table.examples-new": "none"}


def test_roles_and_policies_go_in_their_order(bench: Bench) -> None:
    old, new = first(bench, Policy, "examples-old"), first(bench, Policy, "examples-new")
    kept, lost = role(bench, "Kept", new), role(bench, "Lost", old, new)
    bench.run(old, new)
    bench.run(evolve(kept, policies=kept.policies | lost.policies), lost)  # type: ignore[attr-defined, call-arg]
    finder = strays(bench, new, kept)
    plan = bench.plan(new, kept, finder)
    assert plan.actions == {
        "iam_policy.examples-new": "none",
        "iam_role.Kept": "update",
        "iam_policy.examples-old": "delete",
        "iam_role.Lost": "delete",
    }
    assert bench.run(new, kept, finder).result.ok
    assert bench.plan(new, kept, finder).summary == "No changes."


def test_nothing_of_others_is_even_listed(bench: Bench) -> None:
    theirs = [
        first(bench, kind, f"examples-{name}", owner)
        for kind in (Table, Bucket, Policy)
        for name, owner in (("sibling", SIBLING), ("stranger", Owner("others", "test")), ("nobodys", None))
    ]
    bench.run(*theirs)
    bench.run(role(bench, "Theirs", owner=SIBLING), role(bench, "Nobodys", owner=None))
    assert bench.plan(strays(bench)).changes == ()
    assert bench.plan(strays(bench), goal=ALL).changes == ()


def test_a_shared_repository_loses_our_mark_of_use_and_goes_with_the_last(bench: Bench) -> None:
    ours = first(bench, Repository, "examples/shared", shared=True)
    bench.run(evolve(ours, tags=ours.tags | bench.placed(evolve(ours, tags={}), SIBLING).tags))  # type: ignore[attr-defined, call-arg]
    plan = bench.plan(strays(bench))
    (change,) = plan.changes
    assert (change.action.value, change.reason) == ("update", "no longer wanted; kept: it is used by sibling")
    assert bench.run(strays(bench)).writes == ("untag_resource",)
    assert bench.plan(strays(bench)).changes == ()
    last = evolve(strays(bench), owner=SIBLING)
    assert bench.run(last).writes == ("delete_repository",)


def test_a_teardown_finds_them_too(bench: Bench) -> None:
    new = first(bench, Table, "examples-new")
    bench.run(first(bench, Table, "examples-old"), new, first(bench, Bucket, "examples-old-bucket"))
    bench.run(new, strays(bench, new), goal=ALL)
    assert bench.plan(strays(bench), goal=ALL).changes == ()
    assert bench.plan(new).actions == {"dynamodb_table.examples-new": "create"}
