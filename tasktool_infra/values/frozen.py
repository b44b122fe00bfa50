"""Plain data that can't change, so that it can be compared, hashed and kept inside attrs values."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

V = TypeVar("V", covariant=True)  # noqa: PLC0105 - one letter reads better in Mapping[str, V]

_SCALARS = frozenset({str, int, float, bool, type(None), bytes})


class FrozenDict(Mapping[str, V]):
    """A mapping that can't change and can be hashed; what is nested inside is frozen with it.

    It equals every mapping of equal items, keeps the order it was made in, and ignores that order when compared.

    Takes:
        items: another mapping, or nothing.
        more: further items by keyword, which win.
    """

    __slots__ = ("_hash", "_items")
    _items: dict[str, V]
    _hash: int | None

    def __init__(self, items: Mapping[str, V] | None = None, /, **more: V) -> None:
        given = {**items, **more} if items else more
        self._items = {key: freeze(value) for key, value in given.items()}
        self._hash = None

    def __getitem__(self, key: str, /) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object, /) -> bool:
        return key in self._items

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenDict):
            return self is other or self._items == other._items
        return self._items == freeze(other)._items if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __or__(self, other: Mapping[str, Any]) -> Self:
        made = type(self)()
        # What is here is frozen already.
        made._items = {**self._items, **{key: freeze(value) for key, value in other.items()}}
        return made

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, V]]]:
        # The cached hash must stay behind: hashes of text differ from process to process.
        return type(self), (self._items,)


def freeze(value: Any) -> Any:
    """Give the same data in a form that can't change.

    Takes:
        value: JSON-like data: mappings become `FrozenDict`, lists and tuples tuples, sets frozensets. Anything else
            is kept as it is.
    """
    if type(value) in _SCALARS or isinstance(value, FrozenDict):
        return value
    if type(value) is dict:  # asking an abstract class takes ten times as long
        return FrozenDict(value)
    if isinstance(value, list | tuple):
        return tuple(map(freeze, value))
    if isinstance(value, Mapping):
        return FrozenDict(value)
    return frozenset(value) if isinstance(value, set) else value


def thaw(value: Any) -> Any:
    """Give frozen data back as new dicts and lists, as JSON libraries want them.

    Takes:
        value: what `freeze` gave. Sets become sorted lists, so that the result is the same in every process.
    """
    if type(value) in _SCALARS:
        return value
    if isinstance(value, FrozenDict):
        return {key: thaw(inner) for key, inner in value._items.items()}  # noqa: SLF001 - much is thawed
    if isinstance(value, Mapping):
        return {key: thaw(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(map(thaw, value), key=_order)
    return value


def layer(value: Any) -> Any:
    """Give the outermost layer of frozen data as JSON libraries want it: the `default` of `json.dumps`.

    Raises TypeError for what is no such data.
    """
    if isinstance(value, FrozenDict):
        return value._items  # noqa: SLF001 - nothing is copied
    if isinstance(value, frozenset):
        return thaw(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _order(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
