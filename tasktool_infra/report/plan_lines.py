"""A plan as lines: where, what in which layer, permissions, what goes, what the signs mean, and the sum of it. Pure."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from tasktool_infra.engine.hiding import without_secrets
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.report.common import common
from tasktool_infra.report.fields import INDENT, field_lines, group_lines
from tasktool_infra.report.lines import BLANK, Line, Part, line, paragraph
from tasktool_infra.report.permission_lines import permission_lines

SIGNS = {
    Action.CREATE: ("+", "green", "create"),
    Action.UPDATE: ("~", "yellow", "change"),
    Action.DELETE: ("-", "red", "delete"),
    Action.REFUSE: ("!", "red", "refused"),
    Action.WAITING: ("…", "cyan", "waiting"),
    Action.UNKNOWN: ("?", "red", "unknown"),
}
TITLES = {"aws": "AWS", "access": "Access to the cluster", "app": "Application"}
GONE_ALREADY = "already gone"


def plan_lines(plan: Plan) -> list[Line]:
    """Give all that is to be read of a plan; secret values are not in it."""
    shown = without_secrets(plan)
    going = sorted((c for c in shown.changes if c.action is Action.DELETE), key=lambda change: str(change.key))
    staying = [change for change in shown.changes if change.action is not Action.DELETE]
    return [
        *_target(shown),
        *_notes(shown),
        *_layers(staying),
        *permission_lines(shown),
        *_section("To be deleted", (each for change in going for each in _change(change))),
        BLANK,
        *sum_lines(shown),
    ]


def _target(plan: Plan) -> Iterator[Line]:
    facts = plan.target
    place = {"sandbox": ", in the sandbox", "emulator": ", on an emulator"}.get(facts.get("aws", ""), "")
    alias = f" ({plan.alias})" if plan.alias else ""
    yield line(f"{plan.command.capitalize()} of {plan.environment}", style="bold")
    rows = {
        "account": f"{facts.get('account')}{alias}{place}",
        "region": facts.get("region"),
        "caller": plan.caller,
        "cluster": facts.get("cluster"),
        "context": facts.get("context"),
        "server": facts.get("server"),
    }
    for name, value in rows.items():
        if value:
            yield line(Part(f"{name:<9}", "grey"), str(value), indent=2, hang=9)


def _notes(plan: Plan) -> Iterator[Line]:
    for note in plan.notes:
        yield line(f"Note: {note}", style="yellow")


def _layers(changes: list[Change]) -> Iterator[Line]:
    order = {layer: number for number, layer in enumerate(TITLES)}
    ordered = sorted(changes, key=lambda change: order.get(change.layer, len(order)))
    for layer, group in groupby(ordered, key=lambda change: change.layer):
        yield from _section(TITLES.get(layer, layer), _layer(list(group)))


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    listed = list(lines)
    if listed:
        yield from (BLANK, line(title, style="bold"), *listed)


def _layer(changes: list[Change]) -> Iterator[Line]:
    """Give the lines of a layer, before them what all new ones have in common."""
    shared = common(changes)
    for exception, marks in shared.marks.items():
        but = f" but {exception}" if exception else ""
        for each in group_lines(marks, created=True):
            yield line(f"on each new one{but}: ", *each.parts, style="grey", indent=2)
    yield from (line(f"each new one: {remark}", style="yellow", indent=2) for remark in shared.remarks)
    yield from _listed([shared.without(change) for change in changes])


def _listed(changes: list[Change]) -> Iterator[Line]:
    """Give the lines of changes; of several that stand still for one reason, the reason once."""
    for _, group in groupby(changes, key=_reason):
        same = list(group)
        if len(same) == 1:
            yield from _change(same[0])
            continue
        for change in same:
            yield _head(change)
        yield from paragraph(same[0].reason, style=SIGNS[same[0].action][1], indent=INDENT)
        yield from _next_step(same[0])


def _reason(change: Change) -> object:
    still = change.action in (Action.REFUSE, Action.WAITING, Action.UNKNOWN) and change.reason
    return (change.action, change.reason, change.next_step) if still else change.key


def _change(change: Change) -> Iterator[Line]:
    if change.action is Action.NONE:
        told = [*([change.reason] if change.reason and change.reason != GONE_ALREADY else []), *change.remarks]
        yield from (line(f"= {change.key}: {text}", style="grey", indent=2) for text in told)
        yield from _next_step(change)
        return
    first, _, rest = change.reason.partition("\n")
    yield _head(change, f": {first}" if first else "")
    yield from paragraph(rest, style=SIGNS[change.action][1], indent=INDENT) if rest else ()
    yield from field_lines(change)
    yield from _besides(change)
    yield from _next_step(change)


def _head(change: Change, because: str = "") -> Line:
    sign, colour, _ = SIGNS[change.action]
    return line(f"{sign} {change.key}{' (adopt)' if change.adopts else ''}{because}", style=colour, indent=2)


def _besides(change: Change) -> Iterator[Line]:
    told = [(f"removes {what}", "red") for what in change.removes]
    told += [(remark, "yellow") for remark in change.remarks]
    told += [(f"kept: {', '.join(change.kept)}", "grey")] if change.kept else []
    yield from (line(text, style=style, indent=INDENT) for text, style in told)


def _next_step(change: Change) -> Iterator[Line]:
    if change.next_step:
        yield from paragraph(change.next_step, indent=INDENT)


def sum_lines(plan: Plan) -> Iterator[Line]:
    """Give the end of a plan: what is unchanged, what the signs mean, and the sum."""
    unchanged, idle = plan.count(Action.NONE), plan.summary == "No changes."
    if unchanged and not idle:
        yield line(f"({unchanged} unchanged)", style="grey", indent=2)
    used = [f"{sign} {word}" for action, (sign, _, word) in SIGNS.items() if plan.count(action)]
    if used:
        yield line(", ".join(used), style="grey", indent=2)
    if idle:
        yield line(Part(plan.summary, "green"), Part(f" {_nothing(plan)}"))
    else:
        yield line(plan.summary, style="bold")


def _nothing(plan: Plan) -> str:
    if plan.command == "teardown":
        return f"Nothing of {plan.environment} is left to remove."
    number = len(plan.changes)
    return f"{plan.environment} is as wanted: {'its one resource' if number == 1 else f'all {number} resources'}."
