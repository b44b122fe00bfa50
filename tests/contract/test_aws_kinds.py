"""The contract of every AWS kind, on every emulator."""

import importlib
from typing import Any

import pytest
from attrs import define, field

from tasktool_infra.aws.oidc_provider import OidcProvider
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Example, Resource
from tests.contract.bench import STRANGER, Bench
from tests.contract.drift import Drift, tells
from tests.contract.emulators import EMULATORS
from tests.contract.gaps import GAPS
from tests.contract.kinds import AWS, examples, is_looked_at_only, kinds
from tests.faults.injection import api_error

STAYING = frozenset({OidcProvider.kind})
"""Kinds that are never deleted: only our mark goes."""


def on_all(values: list[tuple[str, Any]]) -> pytest.MarkDecorator:
    """Give what to run on every emulator, as ``moto-s3_bucket-hardened``."""
    listed = [
        pytest.param(emulator, value, id=f"{emulator}-{name}") for emulator in EMULATORS for name, value in values
    ]
    return pytest.mark.parametrize(("bench", "what"), listed, indirect=["bench"])


def drifts_of(kind: type[Resource]) -> list[tuple[str, tuple[Example, Drift]]]:
    module = importlib.import_module(f"tests.contract.drift.{kind.kind}")
    by_name = {example.name: example for example in kind.examples()}
    return [
        (f"{kind.kind}-{d.name.replace(' ', '_')}", (by_name[d.only or next(iter(by_name))], d)) for d in module.DRIFTS
    ]


MADE = [kind for kind in kinds(AWS) if not is_looked_at_only(kind)]
DRIFTS = [each for kind in MADE for each in drifts_of(kind)]
FIRSTS = [(kind.kind, kind.examples()[0]) for kind in MADE]


@pytest.mark.parametrize("kind", kinds(AWS), ids=lambda kind: kind.kind)
def test_every_kind_has_examples_or_says_why_not(kind: type[Resource]) -> None:
    assert bool(kind.examples()) is not is_looked_at_only(kind)
    assert all(type(e.first) is type(e.then) is kind and e.first.key == e.then.key for e in kind.examples())


def stays(change: Change) -> bool:
    return change.key.kind in STAYING


@on_all(examples(AWS))
def test_from_absent_to_gone(bench: Bench, what: Example) -> None:
    example = bench.example(what)
    first, then, around = example.first, example.then, example.around
    assert bench.plan(first).changes[0].action is Action.CREATE
    if around:
        bench.run(*around)
    bench.run(first)
    bench.unchanged(first, *around)
    if then != first:
        assert bench.plan(then).changes[0].action is Action.UPDATE
        assert bench.run(then).writes
        bench.unchanged(then, *around)
        bench.unchanged(then)
    bench.removed([then], stays)
    bench.removed(around)


@on_all(DRIFTS)
def test_changed_by_hand(bench: Bench, what: tuple[Example, Drift]) -> None:
    example, drift = bench.example(what[0]), what[1]
    bench.run(*example.around, example.then)
    bench.unchanged(example.then)
    service = importlib.import_module(f"tests.contract.drift.{example.then.key.kind}").SERVICE
    drift.by_hand(bench.raw.client(service), example.then)
    repaired = bench.run(example.then)
    assert tells(repaired.paths, drift.paths), repaired.paths
    assert repaired.writes == drift.writes
    assert drift.kept <= repaired.kept
    bench.unchanged(example.then)
    assert drift.kept <= bench.run(example.then).kept
    bench.removed([example.then], stays)


@on_all(FIRSTS)
def test_one_without_marks_is_adopted_only_when_told(bench: Bench, what: Example) -> None:
    example = bench.example(what)
    bench.run(*example.around, bench.placed(what.first, owner=None))
    plan = bench.plan(example.first)
    if example.first.used_unmarked:
        assert plan.changes[0].action is Action.NONE
        return
    assert [(change.action, change.steps) for change in plan.changes] == [(Action.REFUSE, ())]
    adopted = bench.run(example.first, goal=Making(adopt=True))
    assert adopted.plan.changes[0].adopts
    assert {path.partition("[")[0] for path in adopted.paths} == {"tags"}
    bench.unchanged(example.first)


@on_all(FIRSTS)
def test_one_of_another_is_refused_always_and_never_removed(bench: Bench, what: Example) -> None:
    example = bench.example(what)
    theirs = bench.placed(what.first, STRANGER)
    bench.run(*example.around, theirs)
    for adopt in (False, True):
        assert bench.plan(example.first, goal=Making(adopt=adopt)).changes[0].action is Action.REFUSE
    bench.removed([example.first], lambda change: change.reason.startswith("kept: it belongs to another"))
    bench.unchanged(theirs)


@on_all(FIRSTS)
def test_a_step_done_twice_does_no_harm(bench: Bench, what: Example) -> None:
    """A run that planned a creation meets one that was faster: each ends well."""
    example = bench.example(what)
    bench.run(*example.around, example.first)
    bench.creates_again(example.first)
    bench.unchanged(example.first)


@pytest.mark.parametrize("bench", EMULATORS, indirect=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_with_the_first_of_each_write_lost_everything_is_done_and_nothing_twice(bench: Bench, when: str) -> None:
    examples = [bench.example(kind.examples()[0]) for kind in MADE]
    everything = [resource for e in examples for resource in (*e.around, e.first)]
    hook = Losses(after=when == "after")
    result = bench.rough(hook, everything)
    assert result.ok, [str(error) for error in result.failed.values()]
    assert hook.lost > len(MADE)
    bench.unchanged(*everything)


@define(eq=False)
class Losses:
    """Loses the answer to the first write of each operation."""

    after_it: bool = field(alias="after")
    _seen: set[str] = field(init=False, factory=set)

    @property
    def lost(self) -> int:
        return len(self._seen)

    def before(self, call: Call, attempt: int) -> None:
        if not self.after_it:
            self._lose(call)

    def after(self, call: Call, answer: Any) -> Any:
        if self.after_it:
            self._lose(call)
        return answer

    def _lose(self, call: Call) -> None:
        if call.writes and call.operation not in self._seen:
            self._seen.add(call.operation)
            raise api_error("Timeout", 0)


def test_every_gap_names_a_test(request: pytest.FixtureRequest) -> None:
    names = {item.name for item in request.session.items}
    if any(name.startswith("test_from_absent_to_gone") for name in names):
        assert {gap for gap in GAPS if "[" in gap and gap not in names} == set()
