"""The order of work: what the API needs first, what is wise first, and the reverse of both for removal."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.resource import Key, Resource


def needed(resource: Resource) -> set[Key]:
    """Give the keys of what must stand before this resource can be made."""
    before = {other.key for other in resource.requires}
    return before | {resource.within.key} if resource.within is not None else before


def earlier(resources: Iterable[Resource]) -> dict[Key, set[Key]]:
    """Give for each resource the keys of what comes before it for other reasons than the API's."""
    return {resource.key: {other.key for other in resource.after} for resource in resources}


def creation(resources: Iterable[Resource]) -> dict[Key, set[Key]]:
    """Give for each resource the keys, among these, that come before it; raises Refused on a circle."""
    listed = tuple(resources)
    known = {resource.key for resource in listed}
    order = {resource.key: needed(resource) & known for resource in listed}
    before_too = earlier(listed)
    whole = {key: before | before_too[key] for key, before in order.items()}
    try:
        TopologicalSorter(whole).prepare()
    except CycleError as circle:
        said = f"These need each other in a circle: {' → '.join(map(str, circle.args[1]))}"
        raise Refused(
            said, next_step="Let one of them do without another (`after`, or what it is made from)."
        ) from circle
    return order


def removal(resources: Iterable[Resource]) -> dict[Key, set[Key]]:
    """Give for each resource the keys, among these, that must be gone before it."""
    listed = tuple(resources)
    order, before_too = creation(listed), earlier(listed)
    known = order.keys()
    turned: dict[Key, set[Key]] = {key: set() for key in order}
    for key, before in order.items():
        for other in (before | before_too[key]) & turned.keys():
            turned[other].add(key)
    for resource in listed:
        turned[resource.key] |= {other.key for other in resource.outlives} & known
    return turned


def with_requirements(chosen: Iterable[Resource], resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Give the chosen resources and all that they require or stand in, in the order of ``resources``."""
    listed = {resource.key: resource for resource in resources}
    wanted: set[Key] = set()
    left = [resource.key for resource in chosen]
    while left:
        key = left.pop()
        if key in wanted or key not in listed:
            continue
        wanted.add(key)
        resource = listed[key]
        left.extend(other.key for other in resource.requires)
        left.extend([resource.within.key] if resource.within is not None else [])
    return tuple(resource for key, resource in listed.items() if key in wanted)
