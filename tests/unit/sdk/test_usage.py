"""What is said to those who mistype."""

import pytest

from tasktool_infra.commands.parser import parse
from tasktool_infra.engine.errors import Problem, TasktoolError, some
from tasktool_infra.wishes import chosen
from tests.faults.world import toy


@pytest.mark.parametrize(
    ("name", "arguments", "said", "step"),
    [
        (
            "plan",
            ["prod", "--sandbx"],
            "unrecognized arguments: --sandbx; did you mean --sandbox?",
            "See: plan.py --help",
        ),
        (None, ["plan", "prod", "--sandbx"], "--sandbx; did you mean --sandbox?", "See: tasktool --help"),
        ("plan", ["prod", "--zzz"], "plan.py: unrecognized arguments: --zzz", "See: plan.py --help"),
        ("plan", [], "ENVIRONMENT", "For example: plan.py prod --sandbox (all that there is: plan.py --help)"),
        ("sandbox", [], "action", "For example: sandbox.py start (all that there is: sandbox.py --help)"),
        (None, ["pln", "prod"], "invalid choice: 'pln'", "See: tasktool --help"),
        (None, [], "COMMAND", "See: tasktool --help"),
    ],
)
def test_a_mistyped_command_is_told_what_was_meant(
    name: str | None, arguments: list[str], said: str, step: str
) -> None:
    with pytest.raises(TasktoolError) as caught:
        parse(name, arguments)
    assert said in caught.value.message
    assert caught.value.next_step == step
    assert caught.value.problem is Problem.USAGE
    assert caught.value.message.count("did you mean") == said.count("did you mean")


def test_a_mistyped_part_is_told_what_was_meant_and_not_every_resource() -> None:
    items = tuple(toy(f"ball-{number}") for number in range(100))
    with pytest.raises(TasktoolError) as caught:
        chosen(items, ["ball_7"], removing=False)
    assert "did you mean ball-7?" in caught.value.message
    assert len(caught.value.next_step) < 200
    assert "kind (toy)" in caught.value.next_step


def test_of_many_names_a_sentence_has_the_first() -> None:
    assert some(["a", "b", "c"]) == "a, b, c"
    assert some(list("abcdefg")) == "a, b, c and 4 more"
