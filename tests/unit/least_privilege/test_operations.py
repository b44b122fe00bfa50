"""The lists of operations, held against what the kinds themselves yield: nothing missing, nothing spare."""

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import tasktool_infra.aws
from tasktool_infra.aws.authorization.needs import ACTIONS
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Removal, Resource
from tasktool_infra.least_privilege.operations import KINDS
from tests.contract.kinds import AWS, is_looked_at_only, kinds

PLACE = Place("123456789012", "aws", "ap-northeast-1")
SOURCES = Path(tasktool_infra.aws.__path__[0])
FILES = {
    "dynamodb_table": "dynamodb_*.py",
    "ecr_image": "ecr_image.py",
    "ecr_repository": "ecr_[!i]*.py",
    "iam_oidc_provider": "oidc_provider.py",
    "iam_policy": "iam_policy.py",
    "iam_role": "iam_role*.py",
    "s3_bucket": "s3_*.py",
}
LISTED = [kind for kind in kinds(AWS) if kind.kind in KINDS]
MADE = [kind for kind in LISTED if not is_looked_at_only(kind)]


def test_every_kind_has_its_lists_but_the_cluster_which_is_part_of_the_target() -> None:
    assert {kind.kind for kind in kinds(AWS)} - KINDS.keys() <= {"eks_cluster"}
    assert FILES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.kind)
def test_the_lists_name_what_the_source_of_the_kind_names(kind: type[Resource]) -> None:
    known = KINDS[kind.kind]
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.glob(FILES[kind.kind]))
    named = {operation for operation in ACTIONS[known.service] if f'"{operation}"' in text}
    assert named == {*known.reads, *known.makes, *known.examines, *known.removes}


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.kind)
def test_making_and_repairing_calls_what_is_listed_for_it_and_nothing_else(kind: type[Resource]) -> None:
    examples = [example_at(first, then) for first, then in pairs(kind)]
    steps = {name for first, then in examples for name in made(first, then)}
    drifts = importlib.import_module(f"tests.contract.drift.{kind.kind}").DRIFTS
    repairs = {name for drift in drifts for name in drift.writes}
    assert steps | repairs == set(KINDS[kind.kind].makes)


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.kind)
def test_removing_calls_nothing_that_is_not_listed_for_it(kind: type[Resource]) -> None:
    for first, then in pairs(kind):
        for live in example_at(first, then):
            steps = live.remove(live, Removal(delete_data=True)).steps
            assert called(steps) <= {*KINDS[kind.kind].removes, *KINDS[kind.kind].examines}


def pairs(kind: type[Resource]) -> list[tuple[Resource, Resource]]:
    return [(example.first, example.then) for example in kind.examples()]


def example_at(*resources: Resource) -> list[Resource]:
    owner = Owner("examples", "test")
    return [getattr(each.marked(owner), "at")(PLACE) for each in resources]  # noqa: B009 - of AWS kinds only


def made(first: Resource, then: Resource) -> Iterator[str]:
    for wanted, live in ((first, None), (then, first), (first, then)):
        yield from called(wanted.converge(live))


def called(steps: Iterable[object]) -> set[str]:
    return {step.operation for step in steps if isinstance(step, Call)}
