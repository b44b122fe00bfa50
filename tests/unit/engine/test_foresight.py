"""What a plan foresees: which of its waits nobody could make end well."""

from typing import Any

import pytest

from tasktool_infra.engine.calls import GONE, Call, Meaning, Pointless, Wait
from tasktool_infra.engine.driver import Driver
from tasktool_infra.engine.foresight import foreseen
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key
from tasktool_infra.engine.retry import Table
from tasktool_infra.engine.waiting import is_pointless
from tests.answers import feed
from tests.faults.clock import FakeClock
from tests.faults.injection import api_error

NO_SHOP = Pointless(Call("toys", "shops"), when="length(items || `[]`) == `0`", says="there is no shop")
NO_POST = Pointless(Call("toys", "posts"), when="length(items || `[]`) == `0`", says="no post comes")


def change(name: str, *pointless: Pointless | None) -> Change:
    steps = tuple(Wait(Call("toys", "get"), done="x", pointless=each) for each in pointless)
    return Change(key=Key("toy", name), layer="toys", action=Action.CREATE, steps=steps, remarks=("new",))


class Shops:
    def __init__(self, **answers: Any) -> None:
        self.answers, self.calls = answers, 0

    def send(self, call: Call) -> Any:
        self.calls += 1
        answer = self.answers[call.operation]
        if isinstance(answer, Exception):
            raise answer
        return answer


def remarks(shops: Shops, *changes: Change) -> list[tuple[str, ...]]:
    with Driver({"toys": shops}, Table(()), FakeClock()) as driver:
        return [each.remarks for each in foreseen(driver, changes)]


def test_a_wait_in_vain_is_remarked_and_looked_into_once() -> None:
    shops = Shops(shops={"items": []}, posts={"items": [1]})
    found = remarks(
        shops, change("ball", NO_SHOP), change("doll", NO_SHOP, NO_POST), change("kite", None), change("top")
    )
    told = ("new", "will not be waited for: there is no shop")
    assert found == [told, told, ("new",), ("new",)]
    assert shops.calls == 2


def test_what_can_not_be_found_out_is_not_foreseen() -> None:
    assert remarks(Shops(shops=api_error("Denied", 403)), change("ball", NO_SHOP)) == [("new",)]


UNSEEN = Meaning("nobody may look")


@pytest.mark.parametrize(
    ("answer", "besides", "vain"),
    [
        ({"items": []}, {"items": []}, True),
        ({"items": []}, {"items": [1]}, False),
        ({"items": [1]}, {"items": []}, False),
        (GONE, GONE, True),
        (UNSEEN, {"items": []}, False),
        ({"items": []}, UNSEEN, False),
    ],
)
def test_both_reasons_must_hold_and_both_be_known(answer: Any, besides: Any, *, vain: bool) -> None:
    expects = {"404": GONE, "403": UNSEEN}
    other = Pointless(Call("toys", "posts", expects=expects), when=NO_POST.when, says="")
    both = Pointless(Call("toys", "shops", expects=expects), when=NO_SHOP.when, says="", besides=other)
    assert feed(is_pointless(both), {"shops": answer, "posts": besides}) is vain
