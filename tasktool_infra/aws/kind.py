"""What all AWS kinds have: tags that carry the mark, and a place."""

from collections.abc import Mapping
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.aws import marks
from tasktool_infra.aws.place import NOWHERE, Place
from tasktool_infra.engine.fields import fact, shared
from tasktool_infra.engine.owner import Owner, Ownership
from tasktool_infra.engine.resource import Resource
from tasktool_infra.values.frozen import FrozenDict


@frozen(kw_only=True)
class AwsResource(Resource):
    """A resource of AWS that carries tags; one that is ``hosted`` needs no mark, as what it stands in carries ours."""

    layer = "aws"

    tags: FrozenDict[str] = shared(default=FrozenDict(), converter=FrozenDict)
    place: Place = fact(default=NOWHERE)
    hosted: bool = fact(default=False)

    def at(self, place: Place) -> Self:
        """Give this at a place, unless it has one already."""
        return evolve(self, place=place) if self.place == NOWHERE else self

    def marked(self, owner: Owner) -> Self:
        """Give this with the tags of its owner, where it needs them."""
        return self if self.hosted else evolve(self, tags=self.tags | marks.marks(owner))

    def tag_state(self, found: Mapping[str, str]) -> dict[str, Any]:
        """Give the fields of the live value that follow from the tags found: ours, the kept ones, the ownership."""
        return {
            "tags": FrozenDict({key: value for key, value in found.items() if key in self.tags}),
            "kept": tuple(f"tag {key}" for key in sorted(found.keys() - self.tags.keys())),
            "ownership": Ownership.OURS if self.hosted else marks.ownership(found, self.tags),
        }

    def missing_tags(self, live: Self) -> dict[str, str]:
        """Give the tags that are absent or have another value."""
        return {key: value for key, value in self.tags.items() if live.tags.get(key) != value}
