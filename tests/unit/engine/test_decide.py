"""Decisions: whose it is comes first, then what can't be, then the steps."""

from collections.abc import Iterator

import pytest
from attrs import evolve

from tasktool_infra.engine.calls import Step
from tasktool_infra.engine.decide import ADOPT, Making, Removing, unknown
from tasktool_infra.engine.errors import ApiError, Problem, Refused
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.plan import Action
from tasktool_infra.engine.resource import Phase, Removal
from tasktool_infra.values.frozen import FrozenDict
from tests.faults.injection import api_error
from tests.faults.world import OURS, Sandpit, Toy, toy

OUR, NOBODYS, ANOTHERS = Ownership.OURS, Ownership.NOBODYS, Ownership.ANOTHERS
NONE, UPDATE, REFUSE = Action.NONE, Action.UPDATE, Action.REFUSE
PIT = Sandpit(name="pit").marked(OURS)


@pytest.mark.parametrize(
    ("whose", "adopt", "same", "differing"),
    [
        (OUR, False, NONE, UPDATE),
        (OUR, True, NONE, UPDATE),
        (NOBODYS, False, REFUSE, REFUSE),
        (NOBODYS, True, NONE, UPDATE),
        (ANOTHERS, False, REFUSE, REFUSE),
        (ANOTHERS, True, REFUSE, REFUSE),
    ],
)
def test_whose_it_is_decides_first(whose: Ownership, same: Action, differing: Action, *, adopt: bool) -> None:
    goal = Making(adopt=adopt)
    live = evolve(toy(), ownership=whose)
    assert goal.change(toy(), live).action is same
    change = goal.change(toy(), evolve(live, colour="grey"))
    assert change.action is differing
    assert change.adopts is (differing is UPDATE and whose is NOBODYS)


def test_a_refusal_says_whose_it_is_and_the_way_out() -> None:
    nobodys = Making().change(toy(), evolve(toy(), ownership=NOBODYS))
    assert (nobodys.reason, nobodys.next_step) == ("it exists and does not carry our mark", ADOPT)
    anothers = Making().change(toy(), evolve(toy(), ownership=ANOTHERS))
    assert anothers.reason == "it belongs to another application or environment"
    assert anothers.next_step == "Choose another name for it."
    assert anothers.problem == "REFUSED"


@pytest.mark.parametrize("adopt", [False, True])
def test_what_may_be_used_unmarked_is_used_as_it_is(*, adopt: bool) -> None:
    live = evolve(PIT, colour="grey", tags=FrozenDict(), ownership=NOBODYS)
    change = Making(adopt=adopt).change(PIT, live)
    assert (change.action, change.steps) == (NONE, ())


def test_what_may_be_used_unmarked_is_ours_or_anothers_like_all_else() -> None:
    assert Making().change(PIT, None).action is Action.CREATE
    assert Making().change(PIT, evolve(PIT, colour="grey")).action is UPDATE
    assert Making(adopt=True).change(PIT, evolve(PIT, ownership=ANOTHERS)).action is REFUSE


def test_what_is_used_unmarked_and_on_its_way_is_refused_until_told() -> None:
    live = evolve(PIT, settled=Phase.CREATING, ownership=NOBODYS)
    assert Making().change(PIT, live).action is REFUSE
    assert Making(adopt=True).change(PIT, live).action is UPDATE


def test_an_immutable_difference_is_refused_with_both_values_and_the_way_out() -> None:
    change = Making().change(toy(size=2), toy(size=1))
    assert change.action is REFUSE
    assert change.reason == "size is 1, wanted 2, and the API can't change it"
    assert change.next_step == "Choose another name."


def test_a_creation_and_an_update_bring_their_differences_and_steps() -> None:
    made = Making().change(toy(parts={"a"}), None)
    assert made.action is Action.CREATE
    assert [difference.path for difference in made.fields] == ["size", "colour", "parts[a]", "tags[owner]"]
    assert len(made.steps) == 4
    update = Making().change(toy(), toy(parts={"a"}))
    assert [(d.path, d.old, d.new) for d in update.fields] == [("parts[a]", "a", None)]
    assert update.removes == ("part a",)


def test_what_others_added_is_kept_and_shown() -> None:
    assert Making().change(toy(), evolve(toy(), kept=("team",))).kept == ("team",)


def test_a_difference_that_no_call_changes_is_refused() -> None:
    class Mute(Toy):
        def converge(self, live: Toy | None) -> Iterator[Step]:
            return iter(())

    mute = Mute(name="a").marked(OURS)
    change = Making().change(mute, evolve(mute, colour="grey"))
    assert change.action is REFUSE
    assert change.reason == "colour differ, and no call of the API changes that"


def test_a_removal_takes_what_is_ours() -> None:
    goal = Removing(removal=Removal())
    assert goal.change(toy(), toy()).action is Action.DELETE
    assert goal.change(toy(), None).reason == "already gone"
    for whose in (NOBODYS, ANOTHERS):
        kept = goal.change(toy(), evolve(toy(), ownership=whose))
        assert (kept.action, kept.steps) == (NONE, ())
        assert kept.reason.startswith("kept: it ")


def test_a_removal_keeps_what_is_protected_unless_told() -> None:
    precious = toy(precious=True)
    kept = Removing(removal=Removal()).change(precious, toy())
    assert (kept.action, kept.reason) == (NONE, "kept: it is precious")
    assert Removing(removal=Removal(delete_data=True)).change(precious, toy()).action is Action.DELETE


def test_in_mid_run_a_stranger_is_refused_by_an_error() -> None:
    with pytest.raises(Refused, match=r"toy\.ball: it exists and does not carry our mark"):
        Making().next_steps(toy(), evolve(toy(), ownership=NOBODYS), adopting=False)
    assert Making().next_steps(toy(), evolve(toy(), ownership=NOBODYS), adopting=True) == ()


def test_a_read_that_failed_is_unknown_and_one_that_refused_is_refused() -> None:
    denied = ApiError("AccessDenied", "no", problem=Problem.DENIED, next_step="Ask.")
    change = unknown(toy(), denied)
    assert (change.action, change.problem, change.next_step) == (Action.UNKNOWN, "DENIED", "Ask.")
    assert unknown(toy(), api_error("Odd")).problem == "FAILED"
    assert unknown(toy(), Refused("taken")).action is REFUSE
