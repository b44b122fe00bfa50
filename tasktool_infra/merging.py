"""Several environments, or resources of one's own, in one run."""

from collections.abc import Iterable, Sequence

from attrs import evolve

from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.survey import Item
from tasktool_infra.target import Target


def check_together(targets: Sequence[Target]) -> None:
    """Raise Refused when environments of one run lead to different places or clusters."""
    for target in targets[1:]:
        if target.facts() != targets[0].facts():
            raise Refused(
                "These environments are not in the same account, region and cluster; nothing was written.",
                next_step="Run them one after the other.",
            )


def merged(items: Iterable[Item]) -> tuple[Item, ...]:
    """Give the items, those that several environments share only once and with the marks of all."""
    result: dict[Key, Item] = {}
    for item in items:
        known = result.get(item.key)
        if isinstance(known, AwsResource) and isinstance(item, AwsResource):
            result[item.key] = _both(known, item)
        elif known is None:
            result[item.key] = item
    return tuple(result.values())


def _both(one: AwsResource, other: AwsResource) -> AwsResource:
    together = evolve(one, tags=one.tags | other.tags, outlives=(*one.outlives, *other.outlives))
    if together != evolve(other, tags=together.tags) or not _compatible(one, other):
        raise Refused(
            f"{one.key}: two environments of this run want it, and want it differently; nothing was written.",
            next_step="Give one of them another name for it.",
        )
    return together


def _compatible(one: AwsResource, other: AwsResource) -> bool:
    return all(other.tags.get(key, value) == value for key, value in one.tags.items())


def placed(resources: Iterable[Resource], owner: Owner, place: Place) -> tuple[Item, ...]:
    """Give resources of one's own with the marks of their owner, at the place that was found out."""
    marked = (resource.marked(owner) for resource in resources)
    return tuple(resource.at(place) if isinstance(resource, AwsResource) else resource for resource in marked)
