"""One break: what somebody did, the claims that it breaks, and what is said of one of them."""

import json
from collections.abc import Callable
from typing import Any

from attrs import frozen

from tests.system.world import World

ACCOUNT = "123456789012"


@frozen
class Broken:
    """A break. ``claims`` are the ids of all claims that do not hold then; ``says`` stands in what is found."""

    by: Callable[[World], object]
    claims: frozenset[str]
    says: str

    @property
    def name(self) -> str:
        """What was done."""
        return self.by.__name__

    def disturbs(self, other: "Broken") -> bool:
        """Say whether two breaks can't be told apart: they touch the same thing, or one takes the whole resource."""
        return any(_one(mine, its) for mine in self.claims for its in other.claims)


def _one(claim: str, other: str) -> bool:
    """Say whether two claims are about the same resource, and the same thing of it or its existence."""
    (resource, _, name), (its, _, its_name) = (each.partition("]-") for each in (claim, other))
    same = name.partition("-")[0] == its_name.partition("-")[0]
    return resource == its and (same or "exists" in (name, its_name))


def broken(says: str, *claims: str) -> Callable[[Callable[[World], object]], Broken]:
    """Make a break of a function; a decorator."""
    return lambda by: Broken(by, frozenset(claims), says)


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    """Give a policy document as text."""
    return json.dumps({"Version": version, "Statement": list(statements)})
