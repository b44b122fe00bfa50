"""Changes by hand, one table for each kind: what somebody does through the API behind our back."""

import re
from collections.abc import Callable, Collection
from typing import Any

from attrs import frozen

from tasktool_infra.engine.resource import Resource


@frozen
class Drift:
    """A change by hand, what a plan must show of it, and what repairs it.

    ``paths`` are all the paths that differ, or how they begin, ``writes`` all the operations that repair them, in their
    order. Where both are empty, the change is somebody else's right: it stays, and ``kept`` is shown of it. ``only``
    names the example whose second state is taken; the first example counts without.
    """

    name: str
    by_hand: Callable[[Any, Any], object]
    paths: frozenset[str] = frozenset()
    writes: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    only: str = ""


def tells(found: Collection[str], expected: Collection[str]) -> bool:
    """Say whether what was found to differ is all that was expected, and nothing else."""
    begins = {path: {each for each in expected if re.match(rf"{re.escape(each)}(?![\w-])", path)} for path in found}
    return all(begins.values()) and set(expected) == set().union(*begins.values())


def drift(
    name: str, *paths: str, writes: tuple[str, ...] = (), kept: tuple[str, ...] = (), only: str = ""
) -> Callable[[Callable[[Any, Any], object]], Drift]:
    """Make a function (of the client and the resource) a change by hand; a decorator."""
    return lambda by_hand: Drift(name, by_hand, frozenset(paths), writes, frozenset(kept), only)


def of_module(module: dict[str, Any]) -> tuple[Drift, ...]:
    """Give all changes by hand of a module, in the order in which they stand there."""
    return tuple(value for value in module.values() if isinstance(value, Drift))


__all__ = ["Drift", "Resource", "drift", "of_module", "tells"]
