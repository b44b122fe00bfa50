"""Whose a resource is."""

from enum import Enum

from attrs import frozen


@frozen
class Owner:
    """An application and one of its environments: together they own what carries their mark."""

    application: str
    environment: str

    def __str__(self) -> str:
        """Give both, for messages."""
        return f"{self.application}/{self.environment}"


class Ownership(Enum):
    """What the marks on a live resource say."""

    OURS = "ours"
    NOBODYS = "nobody's"
    ANOTHERS = "another's"
