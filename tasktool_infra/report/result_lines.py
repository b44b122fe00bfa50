"""What a run did, as lines: the sum, what is left to know and to do, how long it took, the outputs. Pure."""

from collections.abc import Iterator

from tasktool_infra.engine.errors import Problem
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key
from tasktool_infra.report.lines import BLANK, Line, Part, line, paragraph

HALF_WAY = "stopped half-way"
LONG, MOST = 5.0, 3
"""From how many seconds on it is told what took longest, and of how many resources."""
SANDBOX_NEXT = 'eval "$(python scripts/sandbox.py env)"'


def result_lines(result: Result) -> list[Line]:
    """Give all that is to be read of a result."""
    return [
        *summary(result),
        *_halted(result),
        *_left(result),
        *_longest(result),
        *_outputs(result),
        *_next(result),
    ]


def counts(result: Result) -> dict[str, int]:
    """Give how many resources were added, changed and destroyed, and how many are in which other state."""
    actions = {change.key: change.action for change in result.plan.changes}
    done = [actions[key] for key in result.done]
    words = {"added": Action.CREATE, "changed": Action.UPDATE, "destroyed": Action.DELETE}
    halted = halfway(result)
    rest = {
        "failed": len(result.failed) - len(halted),
        HALF_WAY: len(halted),
        "not started": len(result.not_started),
        "waiting": len(result.waiting),
    }
    return {word: done.count(action) for word, action in words.items()} | rest


def halfway(result: Result) -> list[Key]:
    """Give the resources that an interrupt has left half-way."""
    return [key for key, error in result.failed.items() if error.problem is Problem.INTERRUPTED]


def summary(result: Result) -> Iterator[Line]:
    """Give the one line that says it all: ``Done: 2 added, 0 changed, 0 destroyed (1.2 s)``."""
    always = ("added", "changed", "destroyed")
    listed = ", ".join(f"{n} {word}" for word, n in counts(result).items() if n or word in always)
    took = f" ({result.took:.1f} s)" if result.done else ""
    yield line(Part(f"Done: {listed}", "bold"), took)


def _halted(result: Result) -> Iterator[Line]:
    for word, keys in ((HALF_WAY, halfway(result)), ("not started", result.not_started)):
        yield from (line(f"{word}: {key}", indent=2) for key in keys)


def _left(result: Result) -> Iterator[Line]:
    """Give remarks on what stands or was taken away, and what must come first."""
    for change in result.plan.changes:
        yield from (line(f"{change.key}: {text}", style="yellow", indent=2) for text in _remarks(result, change))
    waiting = [change for change in result.plan.changes if change.key in result.waiting]
    yield from (line(f"waiting: {change.key}: {change.reason}", style="cyan", indent=2) for change in waiting)
    # Several may wait for the same step, such as a login.
    steps = dict.fromkeys(step for change in waiting for step in change.next_step.splitlines())
    yield from (each for step in steps for each in paragraph(step, indent=2))


def _remarks(result: Result, change: Change) -> tuple[str, ...]:
    if change.action is Action.DELETE:
        return change.remarks if change.key in result.done else ()
    live = result.live.get(change.key)
    return live.remarks if live is not None and change.key not in (*result.failed, *result.not_started) else ()


def _longest(result: Result) -> Iterator[Line]:
    ordered = sorted(result.seconds.items(), key=lambda each: -each[1])
    told = [f"{key} {seconds:.1f} s" for key, seconds in ordered[:MOST]]
    if result.took >= LONG and len(ordered) > 1:
        yield line(f"longest: {', '.join(told)}", style="grey", indent=2)


def _outputs(result: Result) -> Iterator[Line]:
    if not result.outputs or result.plan.command == "teardown":
        return
    width = max(map(len, result.outputs))
    yield from (BLANK, line("Outputs:"))
    for name, value in result.outputs.items():
        yield line(Part(f"{name:<{width}}  "), value, indent=2, hang=width + 2)


def _next(result: Result) -> Iterator[Line]:
    """Give what to do now, after a provision that left nothing to wait for."""
    if result.plan.command == "teardown" or not result.ok:
        return
    if result.plan.target.get("aws") == "sandbox":
        yield from (BLANK, line("Next: let aws and kubectl look into the sandbox:"))
        yield line(SANDBOX_NEXT, indent=2, whole=True)
    elif "url" in result.outputs:
        yield from (BLANK, line(f"Next: open {result.outputs['url']}"))
