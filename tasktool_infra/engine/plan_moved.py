"""What has moved between two plans: whatever would be done otherwise, and nothing else."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from tasktool_infra.engine.calls import writes_of
from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.hiding import Secrets
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.engine.plan_json import step_data
from tasktool_infra.values.frozen import thaw
from tasktool_infra.values.secret import Sealed, Secret, same

MAKING = ("plan", "provision")
"""Two names of one goal: the plan is that of a provision."""
UNTOUCHED = (Action.NONE, Action.WAITING)


def moved(planned: Plan, fresh: Plan) -> tuple[str, ...]:
    """Give a line for everything in which two plans differ; nothing when they would do the same in the same place.

    That is: the command, the environment, the tool's version, each fact of the target, and for each resource the
    action, the changes and the writing calls, in canonical JSON. Reasons, notes and waits are words on the way. Secret
    values are told as numbers.
    """
    return (*_place(planned, fresh), *_resources(planned, fresh, Secrets()))


def _place(planned: Plan, fresh: Plan) -> Iterator[str]:
    for name, then, now in (
        ("command", *(_goal(plan.command) for plan in (planned, fresh))),
        ("environment", planned.environment, fresh.environment),
        ("version of tasktool", planned.version, fresh.version),
        *((name, planned.target.get(name), fresh.target.get(name)) for name in planned.target | fresh.target),
    ):
        if then != now:
            yield f"{name}: planned for {then or 'none'}, now {now or 'none'}"


def _goal(command: str) -> str:
    return "provision" if command in MAKING else command


def _resources(planned: Plan, fresh: Plan, secrets: Secrets) -> Iterator[str]:
    then = {change.key: change for change in planned.changes}
    now = {change.key: change for change in fresh.changes}
    for key in dict.fromkeys((*then, *now)):
        for said in _between(then.get(key), now.get(key), secrets):
            yield f"{key}: {said}"


def _between(then: Change | None, now: Change | None, secrets: Secrets) -> Iterator[str]:
    """Give how the changes of one resource differ; not to be in a plan is to be left as it is."""
    known = then or now
    assert known is not None
    nothing = evolve(known, action=Action.NONE, fields=(), steps=(), adopts=False, reason="")
    then, now = then or nothing, now or nothing
    if then.action is not now.action:
        why = f" ({now.reason})" if now.reason else ""
        yield f"planned {_words(then)}, now {_words(now)}{why}"
        return
    if then.adopts != now.adopts:
        yield f"planned {_words(then)}, now {_words(now)}"
    differences = list(_fields(then, now, secrets))
    yield from differences
    if not differences and not _equal(_calls(then), _calls(now)):
        content = ", with another content" if _steps(then) == _steps(now) else ""
        yield f"planned to {_steps(then)}; now to {_steps(now)}{content}"


def _words(change: Change) -> str:
    word = "no change" if change.action is Action.NONE else change.action.value
    return f"{word} (adopt)" if change.adopts else word


def _fields(then: Change, now: Change, secrets: Secrets) -> Iterator[str]:
    before = {field.path: field for field in then.fields}
    after = {field.path: field for field in now.fields}
    for path in dict.fromkeys((*before, *after)):
        for at, one, other in _apart(path, before.get(path), after.get(path)):
            planned, at_last = (_way(each and secrets.field(then.key, each)) for each in (one, other))
            yield f"{at}: planned {planned}, now {at_last}"


Pair = tuple[str, FieldChange | None, FieldChange | None]


def _apart(path: str, one: FieldChange | None, other: FieldChange | None) -> Iterator[Pair]:
    """Give where two field changes part; of what is made with parts of its own, in which of these."""
    if one is None or other is None:
        yield path, one, other
    elif not _equal((one.old, one.new), (other.old, other.new)):
        ones, others = _members(one), _members(other)
        if not ones or not others:
            yield path, one, other
        for at in dict.fromkeys((*ones, *others)) if ones and others else ():
            yield from _apart(at, ones.get(at), others.get(at))


def _members(field: FieldChange) -> dict[str, FieldChange]:
    """Give what a new value holds, each by its path."""
    new, found = field.new if field.old is None else None, {}
    if isinstance(new, Mapping):
        found = {f"{field.path}.{key}": each for key, each in new.items()}
    elif isinstance(new, list):
        found = {f"{field.path}[{number}]": each for number, each in enumerate(new)}
    return {path: FieldChange(path, None, each) for path, each in found.items()}


def _way(field: FieldChange | None) -> str:
    if field is None:
        return "no change"
    return f"{_shown(field.old)} → {_shown(field.new)}" if field.old is not None else _shown(field.new)


def _shown(value: Any) -> str:
    return json.dumps(thaw(value), ensure_ascii=False, sort_keys=True, default=str)


def _calls(change: Change) -> list[Any]:
    return [step_data(step) for step in writes_of(change.steps)]


def _steps(change: Change) -> str:
    return ", ".join(step.says or type(step).__name__ for step in writes_of(change.steps)) or "no write"


def _equal(one: Any, other: Any) -> bool:
    """Compare in canonical JSON, in which 1 is neither 1.0 nor true; secrets by what is known of them."""
    (text, secrets), (other_text, other_secrets) = _canonical(one), _canonical(other)
    return text == other_text and len(secrets) == len(other_secrets) and all(map(same, secrets, other_secrets))


def _canonical(value: Any) -> tuple[str, list[Secret | Sealed]]:
    """Give a value in canonical JSON without its secrets, and these in the order of their places."""
    secrets: list[Secret | Sealed] = []

    def keep(secret: Any) -> str:
        secrets.append(secret)
        return ""

    return json.dumps(thaw(value), sort_keys=True, default=keep), secrets
