"""The fields of one change as lines: old → new, what belongs together on one line, policies statement by statement."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.report.lines import Line, Part, line
from tasktool_infra.report.statements import elements, is_statement, sentence, tells_of_statements
from tasktool_infra.report.tree import fits, is_flat, tree
from tasktool_infra.report.values import EMPTY, GAINED, LOST, difference, short

INDENT = 6
MOST = 60
"""How many lines are shown of what one resource is made with."""


def field_lines(change: Change) -> Iterator[Line]:
    """Give a line or a few for all that changes in a resource, and how much does not."""
    created = change.action is Action.CREATE
    lines = group_lines(change.fields, created=created)
    yield from islice(lines, MOST) if created else lines
    left = sum(1 for _ in lines)
    if left:
        yield line(f"… ({left} more lines: --output json has all of it)", style="grey", indent=INDENT)
    if change.unchanged and change.action is Action.UPDATE:
        yield line(f"({change.unchanged} field{'s' * (change.unchanged > 1)} unchanged)", style="grey", indent=INDENT)


def group_lines(fields: Iterable[FieldChange], *, created: bool) -> Iterator[Line]:
    """Give the lines of field changes, those that belong together as one."""
    for path, together in groupby(fields, key=_group):
        yield from _together(path, list(together), created=created)


def _group(each: FieldChange) -> str:
    """Give by what changes belong together: statements of one document, members of one mapping."""
    base, bracket, rest = each.path.partition("[")
    return base if bracket and rest.find("]") == len(rest) - 1 else each.path


def _together(path: str, fields: list[FieldChange], *, created: bool) -> Iterator[Line]:
    if all(map(tells_of_statements, fields)):
        yield from _statements(path, fields, created=created)
    elif created and any(each.path != path for each in fields):
        yield from _mapping(path, fields)
    else:
        for each in fields:
            yield from _field(each, created=created)


def _field(each: FieldChange, *, created: bool) -> Iterator[Line]:
    if created and not (is_flat(each.new) and fits(each.new)):
        yield from tree(each.path, each.new, INDENT)
    else:
        yield _line(each.path, difference(each.old, each.new))


def _line(path: str, parts: Iterable[Part]) -> Line:
    return line(f"{path}: ", *parts, indent=INDENT)


def _mapping(path: str, fields: list[FieldChange]) -> Iterator[Line]:
    """Give new members of a mapping: short ones on one line, the others one by one."""
    simple = [each for each in fields if not isinstance(each.new, dict | list) and fits(each.new)]
    if simple:
        names = [_name(each, path) for each in simple]
        listed = ", ".join(n if n == e.new else f"{n}={short(e.new)}" for n, e in zip(names, simple, strict=True))
        yield _line(path, [Part(listed)])
    for each in fields:
        if each not in simple:
            yield from tree(each.path, _unnamed(each.new, _name(each, path)), INDENT)


def _name(each: FieldChange, path: str) -> str:
    return each.path[len(path) + 1 : -1]


def _unnamed(value: Any, name: str) -> Any:
    """Give a member without the name that its path says already, and without what is empty."""
    if not isinstance(value, dict):
        return value
    same = value.get("name") == name
    return {key: each for key, each in value.items() if each not in EMPTY and not (same and key == "name")}


def _statements(path: str, fields: list[FieldChange], *, created: bool) -> Iterator[Line]:
    if created:
        number = "1 statement" if len(fields) == 1 else f"{len(fields)} statements"
        yield _line(path.removesuffix(".Statement"), [Part(f"{number}, see the permissions below")])
        return
    for each in fields:
        if is_statement(each.old) and is_statement(each.new):
            yield from _altered(each)
        elif is_statement(each.old):
            yield _line(each.path, [Part(f"- {sentence(each.old)}", LOST)])
        else:
            yield _line(each.path, [Part(f"+ {sentence(each.new)}", GAINED)])


def _altered(each: FieldChange) -> Iterator[Line]:
    """Give in which elements a statement is altered."""
    before, after = elements(each.old), elements(each.new)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            many = isinstance(old, list) or isinstance(new, list)
            yield _line(f"{each.path}.{name}", difference(_many(old), _many(new)) if many else difference(old, new))


def _many(value: Any) -> Any:
    return [] if value is None else value if isinstance(value, list) else [value]
