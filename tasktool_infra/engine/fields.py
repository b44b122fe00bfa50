"""How a kind declares its fields: who they identify, which can't change, which others may add to."""

from typing import Any

import attrs

ROLE = "role"
WAY_OUT = "way_out"


def identity(**options: Any) -> Any:
    """Give a field that names the resource: the same value means the same thing in the world."""
    return attrs.field(metadata={ROLE: "identity"}, **options)


def immutable(way_out: str, **options: Any) -> Any:
    """Give a field that the API can't change: a difference refuses, saying ``way_out``."""
    return attrs.field(metadata={ROLE: "immutable", WAY_OUT: way_out}, **options)


def exclusive(**options: Any) -> Any:
    """Give a collection that is ours alone: what others added is drift, removed after a yes."""
    return attrs.field(metadata={ROLE: "exclusive"}, **options)


def shared(**options: Any) -> Any:
    """Give a collection compared by our own keys only: what others added is kept."""
    return attrs.field(metadata={ROLE: "shared"}, **options)


def state(**options: Any) -> Any:
    """Give a field that says how far a live resource has come: compared, but no part of what is created."""
    return attrs.field(metadata={ROLE: "state"}, **options)


def fact(**options: Any) -> Any:
    """Give a field that is useful but not wanted: it is never compared."""
    return attrs.field(eq=False, metadata={ROLE: "fact"}, **options)


def role_of(attribute: "attrs.Attribute[Any]") -> str:
    """Give the role of a field as declared above; ``plain`` for ``attrs.field`` and bare fields."""
    return str(attribute.metadata.get(ROLE, "plain"))
