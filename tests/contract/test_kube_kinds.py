"""The contract of every Kubernetes kind, on the sandbox's API server and on a real one."""

import importlib
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from attrs import evolve

from tasktool_infra.engine.decide import Making
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Example, Resource
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.object import KubeObject
from tasktool_infra.kube.service_account import ServiceAccount
from tests.contract.bench import STRANGER, Bench
from tests.contract.clusters import CLUSTERS, moved
from tests.contract.drift import Drift, tells
from tests.contract.hands import annotate, label, merge, path
from tests.contract.kinds import KUBE, examples, is_looked_at_only, kinds
from tests.faults.clock import FakeClock

ALL = [kind for kind in kinds(KUBE) if not is_looked_at_only(kind)]
NUMBERS = count(1)


@pytest.fixture
def bench(request: pytest.FixtureRequest, clusters: dict[str, Bench]) -> Bench:
    number = next(NUMBERS)
    return evolve(clusters[request.param], named=lambda resource: moved(resource, number))


def on_all(values: list[tuple[str, Any]]) -> pytest.MarkDecorator:
    listed = [pytest.param(cluster, value, id=f"{cluster}-{name}") for cluster in CLUSTERS for name, value in values]
    return pytest.mark.parametrize(("bench", "what"), listed, indirect=["bench"])


on_each = pytest.mark.parametrize("bench", CLUSTERS, indirect=True)


def drifts_of(kind: type[Resource]) -> list[tuple[str, tuple[Example, Drift]]]:
    drifts = importlib.import_module(f"tests.contract.drift.{kind.kind}").DRIFTS
    return [(f"{kind.kind}-{d.name.replace(' ', '_')}", (kind.examples()[0], d)) for d in drifts]


FIRSTS = [(kind.kind, kind.examples()[0]) for kind in ALL]


@pytest.mark.parametrize("kind", kinds(KUBE), ids=lambda kind: kind.kind)
def test_every_kind_has_examples_or_says_why_not(kind: type[Resource]) -> None:
    assert bool(kind.examples()) is not is_looked_at_only(kind)


@on_all(examples(KUBE))
def test_from_absent_to_gone(bench: Bench, what: Example) -> None:
    example = bench.example(what)
    first, then, around = example.first, example.then, example.around
    assert bench.plan(first).changes[0].action is Action.CREATE
    assert len(bench.run(*around, first).writes) == 1 + len(around)
    bench.unchanged(first, *around)
    if then != first:
        assert bench.run(then).writes == ("apply",)
        bench.unchanged(then, *around)
    bench.removed([then])
    if bench.name != "real":  # where a namespace takes five seconds, and has its own examples
        bench.removed(around)


@on_all([each for kind in ALL for each in drifts_of(kind)])
def test_changed_by_hand(bench: Bench, what: tuple[Example, Drift]) -> None:
    example, drift = bench.example(what[0]), what[1]
    bench.run(*example.around, example.then)
    drift.by_hand(bench.raw, example.then)
    version = version_of(bench, example.then)
    repaired = bench.run(example.then)
    assert tells(repaired.paths, drift.paths), repaired.paths
    assert repaired.writes == drift.writes
    assert drift.kept <= repaired.kept
    if not drift.writes:
        assert version_of(bench, example.then) == version
    bench.unchanged(example.then, *example.around)
    assert drift.kept <= bench.run(example.then).kept


def version_of(bench: Bench, thing: Resource) -> str:
    assert isinstance(thing, KubeObject)
    return str(bench.raw.get(path(thing))["metadata"]["resourceVersion"])


@on_all(FIRSTS)
def test_a_second_run_touches_nothing(bench: Bench, what: Example) -> None:
    example = bench.example(what)
    bench.run(*example.around, example.first)
    version = version_of(bench, example.first)
    bench.unchanged(example.first)
    bench.plan(example.then)
    assert version_of(bench, example.first) == version


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
    example = bench.example(what)
    bench.run(*example.around, example.first)
    bench.creates_again(example.first)
    bench.unchanged(example.first)


def account(bench: Bench) -> tuple[Resource, Namespace]:
    example = bench.example(ServiceAccount.examples()[0])
    [host] = example.around
    assert isinstance(host, Namespace)
    return example.first, host


@on_each
def test_an_unmarked_service_account_is_adopted_only_when_told(bench: Bench) -> None:
    wanted, host = account(bench)
    bench.run(host)
    bench.raw.call("POST", f"{path(host)}/serviceaccounts", {"metadata": {"name": "example"}}).need()
    merge(bench.raw, wanted, {"imagePullSecrets": [{"name": "registry"}]})  # type: ignore[arg-type]
    assert bench.plan(wanted).changes[0].action is Action.REFUSE
    adopted = bench.run(wanted, goal=Making(adopt=True))
    assert adopted.plan.changes[0].adopts
    assert adopted.writes == ("apply",)
    bench.unchanged(wanted)
    assert bench.raw.get(path(wanted))["imagePullSecrets"] == [{"name": "registry"}]  # type: ignore[arg-type]


@on_each
def test_equal_values_of_another_manager_are_not_ours_until_applied(bench: Bench) -> None:
    wanted, host = account(bench)
    assert isinstance(wanted, KubeObject)
    bench.run(host)
    bench.raw.apply(path(wanted), wanted.manifest(), manager="before-us")
    taken = bench.run(wanted)
    assert taken.paths == {"applied"}
    assert taken.writes == ("apply",)
    bench.unchanged(wanted)


@on_each
@pytest.mark.parametrize("adopt", [False, True])
def test_an_unmarked_namespace_is_used_and_never_marked_or_removed(bench: Bench, *, adopt: bool) -> None:
    wanted, host = account(bench)
    bench.raw.call("POST", "/api/v1/namespaces", {"metadata": {"name": host.name}}).need()
    label(bench.raw, host, {"team": "blue"})
    goal = Making(adopt=adopt)
    assert bench.run(host, wanted, goal=goal).writes == ("apply",)
    assert bench.run(host, wanted, goal=goal).writes == ()
    bench.removed([host, wanted], lambda change: change.reason == "kept: it exists and does not carry our mark")
    labels = bench.raw.get(path(host))["metadata"]["labels"]
    assert labels == {"kubernetes.io/metadata.name": host.name, "team": "blue"}


@on_each
def test_what_was_deleted_by_hand_comes_back(bench: Bench) -> None:
    wanted, host = account(bench)
    bench.run(host, wanted)
    bench.raw.call("DELETE", path(wanted)).need()  # type: ignore[arg-type]
    assert bench.run(host, wanted).writes == ("apply",)
    bench.raw.call("DELETE", path(host)).need()
    assert bench.run(host, wanted).writes == ("apply", "apply")
    bench.unchanged(host, wanted)


@on_each
def test_a_contested_field_is_taken_back_and_said_from_whom(bench: Bench) -> None:
    wanted, host = account(bench)
    assert isinstance(wanted, KubeObject)
    bench.run(host, wanted)
    annotate(bench.raw, wanted, {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/Theirs"})
    [change] = bench.plan(wanted).changes
    assert any("kubectl-annotate" in remark for remark in change.remarks)


@on_each
def test_a_namespace_that_cannot_go_says_what_holds_it(bench: Bench) -> None:
    host = bench.placed(Namespace(name="example-held"))
    assert isinstance(host, Namespace)
    bench.run(host)
    body = {"metadata": {"name": "held", "finalizers": ["example.com/holds"]}}
    bench.raw.call("POST", f"{path(host)}/configmaps", body).need()
    try:
        bench.raw.call("DELETE", path(host)).need()
        assert eventually(lambda: "example.com/holds" in str(bench.raw.get(path(host))["status"]))
        assert bench.plan(host).changes[0].action is Action.UPDATE
        with pytest.raises(AssertionError, match=r"it to be gone: not after 18\d s.*example\.com/holds"):
            evolve(bench, clock=FakeClock).run(host)
    finally:
        held = f"{path(host)}/configmaps/held"
        bench.raw.call("PATCH", held, {"metadata": {"finalizers": None}}, "application/merge-patch+json").need()


def eventually(look: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
