"""What is said where a needed yes is not given."""

import pytest

from tasktool_infra.consent import Confirm, ask
from tasktool_infra.engine.errors import Declined
from tasktool_infra.engine.plan import Action
from tests.unit.report.plans import change, plan

GOING = plan(*(change(f"iam_policy.{n}", Action.DELETE) for n in range(30)))


@pytest.mark.parametrize("confirm", [None, False, lambda _: False], ids=["nobody", "no", "a function"])
def test_where_nobody_sees_the_question_what_needs_the_yes_is_listed(confirm: Confirm) -> None:
    with pytest.raises(Declined) as caught:
        ask(GOING, confirm, yes=False, removing=True)
    said = str(caught.value).splitlines()
    assert said[1] == "  - delete iam_policy.0"
    assert said[-2:] == ["  - … and 10 more", caught.value.next_step]
    assert "--yes" in caught.value.next_step
