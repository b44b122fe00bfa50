"""What differs between two values of one kind, field by field, for people."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Protocol, runtime_checkable

import attrs
from attrs import frozen

from tasktool_infra.engine.fields import role_of
from tasktool_infra.engine.resource import Resource
from tasktool_infra.values.frozen import FrozenDict, thaw
from tasktool_infra.values.secret import Sealed, Secret


@frozen
class FieldChange:
    """One field's way from the live value to the wanted one, as plain JSON data; None where there is none."""

    path: str
    old: Any = None
    new: Any = None


@runtime_checkable
class Comparable(Protocol):
    """A value that can say itself how it differs, such as a policy document."""

    def differences(self, live: Any) -> Iterable[tuple[str, Any, Any]]:
        """Give (path, old, new) for each difference from ``live`` (None: from nothing)."""


def changes(live: Resource | None, wanted: Resource) -> tuple[FieldChange, ...]:
    """Give what would change of ``live`` (None: everything that is set) to make it ``wanted``."""
    found: list[FieldChange] = []
    hidden = {"identity"} if live is not None else {"identity", "state"}
    for attribute in attrs.fields(type(wanted)):
        if attribute.eq and role_of(attribute) not in hidden:
            old = getattr(live, attribute.name) if live is not None else None
            new = getattr(wanted, attribute.name)
            # What a state tells of has its own paths: the field that holds it means nothing to people.
            path = "" if role_of(attribute) == "state" and isinstance(new, Comparable) else attribute.name
            found.extend(_between(path, old, new))
    made_with = wanted.contents() if live is None else ()
    return (*found, *(FieldChange(path, None, plain(value)) for path, value in made_with))


def unchanged(live: Resource | None, wanted: Resource) -> int:
    """Give how many fields that are set are as wanted already."""
    hidden = {"identity", "state"}
    fields = [a for a in attrs.fields(type(wanted)) if a.eq and role_of(a) not in hidden]
    pairs = [(getattr(live, a.name), getattr(wanted, a.name)) for a in fields] if live is not None else []
    return sum(old == new and not (_empty(new) or new in (FrozenDict(), frozenset())) for old, new in pairs)


def _between(path: str, old: Any, new: Any) -> Iterator[FieldChange]:
    if old == new and type(old) is type(new):
        return
    if isinstance(new, Comparable):
        for at, before, after in new.differences(old):
            yield FieldChange(f"{path}{at}".removeprefix("."), plain(before), plain(after))
    elif isinstance(new, Mapping) and isinstance(old, Mapping | None):
        yield from _by_key(path, old or {}, new)
    elif isinstance(new, frozenset) and isinstance(old, frozenset | None):
        yield from _by_key(path, _named(old or frozenset()), _named(new))
    elif not (old is None and _empty(new)):
        yield FieldChange(path, plain(old), plain(new))


def _empty(value: Any) -> bool:
    return value is None or value in ((), "")


def _by_key(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield FieldChange(f"{path}[{name}]", plain(old.get(name)), plain(new.get(name)))


def _named(members: frozenset[Any]) -> dict[str, Any]:
    return {str(getattr(member, "name", member)): member for member in members}


def plain(value: Any) -> Any:
    """Give a value as JSON data; secrets stay what they are."""
    if isinstance(value, Secret | Sealed):
        return value
    if isinstance(value, Enum):
        return value.value
    if attrs.has(type(value)):
        return {a.name: plain(getattr(value, a.name)) for a in attrs.fields(type(value)) if a.eq}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, frozenset | set):
        return sorted((plain(member) for member in value), key=str)
    if isinstance(value, tuple | list):
        return [plain(member) for member in value]
    return thaw(value)
