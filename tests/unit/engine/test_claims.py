"""Claims follow from the kinds: what is as wanted holds, what differs is broken, and names stay what they are."""

import pytest
from attrs import evolve

from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.dynamodb_table import Attribute, Index, Table
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.irsa import irsa_trust
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.claims import ABSENT, Claim, claims_about, unreadable, unseen
from tasktool_infra.engine.differences import changes
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Example, Resource
from tests.contract.kinds import AWS, examples

PLACE = Place("123456789012", "aws", "ap-northeast-1")
ISSUER = "oidc.eks.ap-northeast-1.amazonaws.com/id/EXAMPLE"
BY_USER = Index(name="by_user", hash_key=Attribute("user"))
TABLE = Table(name="tasks", hash_key=Attribute("id"), indexes=frozenset({BY_USER}))


def at(resource: Resource) -> Resource:
    marked = resource.marked(Owner("shop", "dev"))
    return marked.at(PLACE) if hasattr(marked, "at") else marked


def by_name(claims: tuple[Claim, ...]) -> dict[str, Claim]:
    named = {claim.name: claim for claim in claims}
    assert len(named) == len(claims), "each has a name of its own"
    return named


@pytest.mark.parametrize("example", [pytest.param(example, id=name) for name, example in examples(AWS)])
def test_what_differs_is_broken_and_nothing_else(example: Example) -> None:
    first, then = at(example.first), at(example.then)
    as_wanted = by_name(claims_about(then, then))
    assert all(claim.ok and claim.wanted == claim.found for claim in as_wanted.values())
    found = by_name(claims_about(then, first))
    fields = {each.path.partition("[")[0].partition(".")[0] for each in changes(first, then)}
    broken = {claim.name for claim in found.values() if claim.broken}
    assert bool(broken) == bool(fields)
    assert not any(claim.wanted == claim.found for claim in found.values() if claim.broken)


def test_of_what_is_absent_only_that_is_broken() -> None:
    table = at(TABLE)
    absent = by_name(claims_about(table, None))
    assert absent.keys() == by_name(claims_about(table, table)).keys()
    assert [name for name, claim in absent.items() if claim.broken] == ["exists"]
    assert {claim.ok for name, claim in absent.items() if name != "exists"} == {None}
    assert {claim.found for claim in absent.values()} == {ABSENT}


def test_what_can_not_be_read_is_broken_and_never_absent() -> None:
    denied = unseen(TABLE, unreadable(TABLE.key, "AccessDenied", "ask for it"))
    assert [(claim.name, claim.found) for claim in denied if claim.broken] == [("exists", "not known: AccessDenied")]


def test_names_are_those_that_people_look_for() -> None:
    claims = {claim.id for claim in claims_about(at(TABLE), at(TABLE))}
    assert {"dynamodb_table[tasks]-by_user", "dynamodb_table[tasks]-deletion_protection"} <= claims
    assert {"dynamodb_table[tasks]-tags-Application", "dynamodb_table[tasks]-indexes-no_others"} <= claims


def test_hardening_is_told_apart() -> None:
    hardening = {claim.name for claim in claims_about(at(TABLE), at(TABLE)) if claim.hardening}
    assert hardening == {"point_in_time_recovery", "deletion_protection"}


def role(*policies: str) -> Role:
    trust = irsa_trust(f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}", ISSUER, "prod", "task-service")
    return Role(name="R", path="/app/", trust=trust, policies=frozenset(policies), place=PLACE)


def test_policies_of_one_name_are_told_apart() -> None:
    mine, other = "arn:aws:iam::1:policy/Read", "arn:aws:iam::1:policy/else/Read"
    found = by_name(claims_about(role(mine), role(other)))
    assert (found["policies-Read"].ok, found["policies-no_others"].found) == (False, [other])
    both = by_name(claims_about(role(mine), role(mine, other)))
    assert (both["policies-Read"].ok, both["policies-no_others"].found) == (True, [other])


@pytest.mark.parametrize(("audience", "hardening"), [(None, True), ("someone.else", False)])
def test_a_missing_audience_is_loose_and_a_wrong_one_is_wrong(audience: str | None, hardening: bool) -> None:
    wanted = role()
    document = wanted.trust.to_dict()
    claims = document["Statement"][0]["Condition"]["StringEquals"]
    del claims[f"{ISSUER}:aud"]
    claims |= {f"{ISSUER}:aud": audience} if audience else {}
    found = claims_about(wanted, evolve(wanted, trust=Document.parse(document)))
    assert [(claim.name, claim.hardening) for claim in found if claim.broken] == [("trust-aud", hardening)]
