"""What a run says on standard output: the target, the plan, the progress, what was done and what came of it."""

import sys
import time

from attrs import define, field

from tasktool_infra.engine.calls import Wait
from tasktool_infra.engine.errors import Problem
from tasktool_infra.engine.events import Event, Failed, Finished, Noted, Planned, Retrying, Started, Stepped, Waiting
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key
from tasktool_infra.report.console import console
from tasktool_infra.report.plan_lines import plan_lines
from tasktool_infra.report.words import paint, safe, unheard

DOING = {Action.CREATE: "creating", Action.UPDATE: "changing", Action.DELETE: "deleting"}
DID = {Action.CREATE: "created", Action.UPDATE: "changed", Action.DELETE: "deleted"}
HALF_WAY = "stopped half-way"
SOON, AGAIN = 1.0, 10.0
"""Seconds until a wait is worth a line, and between two lines about the same wait."""


@define
class Terminal:
    """Listens to a run and tells of it in plain lines."""

    _told: dict[Key, float] = field(init=False, factory=dict)

    @unheard()
    def __call__(self, event: Event) -> None:
        """Tell of what is worth telling."""
        if isinstance(event, Noted):
            print(paint(safe(event.text), "grey"), flush=True)
        elif isinstance(event, Planned):
            console().show(plan_lines(event.plan))
        elif isinstance(event, Started):
            _line(f"{event.key}: {DOING[event.action]}")
        elif isinstance(event, Stepped):
            if not isinstance(event.step, Wait):
                _line(paint(f"  {event.key}: {event.step.says}", "grey"))
        elif isinstance(event, Finished):
            _line(paint(f"{event.key}: {DID[event.action]} after {event.seconds:.1f} s", "green"))
        elif isinstance(event, Failed):
            _line(_failure(event))
        elif isinstance(event, Waiting):
            self._waits(event)
        elif isinstance(event, Retrying) and event.pause > 1:
            _line(paint(f"  {event.call.name}: {event.why} ({event.error.code}), again in {event.pause:.0f} s", "grey"))

    def _waits(self, event: Waiting) -> None:
        if event.seconds >= SOON and event.at - self._told.get(event.key, float("-inf")) >= AGAIN:
            self._told[event.key] = event.at
            _line(f"  {event.key}: waiting for {event.what}: {safe(event.seen)}, {event.seconds:.0f} s")


def _failure(event: Failed) -> str:
    if event.error.problem is Problem.INTERRUPTED:
        return paint(f"{event.key}: {HALF_WAY}", "yellow")
    return paint(f"{event.key}: failed: {_below(event.error.message)}", "red")


def _line(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def _below(text: str) -> str:
    """Give a text of several lines so that all but the first stand below their resource."""
    return safe(text).replace("\n", "\n      ")


@unheard()
def show_result(result: Result) -> None:
    """Print what was done, what was not, and the outputs."""
    actions = {change.key: change.action for change in result.plan.changes}
    done = [actions[key] for key in result.done]
    adds, alters, goes = (done.count(action) for action in (Action.CREATE, Action.UPDATE, Action.DELETE))
    parts = [f"{adds} added", f"{alters} changed", f"{goes} destroyed"]
    halted = [key for key, error in result.failed.items() if error.problem is Problem.INTERRUPTED]
    failed = [key for key in result.failed if key not in halted]
    more = {"failed": failed, HALF_WAY: halted, "not started": result.not_started, "waiting": result.waiting}
    parts += [f"{len(keys)} {word}" for word, keys in more.items() if keys]
    print(paint(f"Done: {', '.join(parts)}", "bold") + (f" ({result.took:.1f} s)" if done else ""))
    for word in (HALF_WAY, "not started"):
        for key in more[word]:
            print(f"  {word}: {safe(str(key))}")
    _show_left(result)
    if result.outputs and result.plan.command != "teardown":
        width = max(map(len, result.outputs))
        print("\nOutputs:")
        for name, value in result.outputs.items():
            print(f"  {name:<{width}}  {safe(value)}")
    sys.stdout.flush()


def _show_left(result: Result) -> None:
    """Print what is left to know and to do: remarks on what stands or was taken away, and what must come first."""
    for change in result.plan.changes:
        for remark in _remarks(result, change):
            print(paint(f"  {safe(str(change.key))}: {safe(remark)}", "yellow"))
    waiting = [change for change in result.plan.changes if change.key in result.waiting]
    for change in waiting:
        print(paint(f"  waiting: {safe(str(change.key))}: {safe(change.reason)}", "cyan"))
    # Several may wait for the same step, such as a login.
    for line in dict.fromkeys(line for change in waiting for line in change.next_step.splitlines()):
        print(f"  {safe(line)}")


def _remarks(result: Result, change: Change) -> tuple[str, ...]:
    if change.action is Action.DELETE:
        return change.remarks if change.key in result.done else ()
    live = result.live.get(change.key)
    return live.remarks if live is not None and change.key not in (*result.failed, *result.not_started) else ()
