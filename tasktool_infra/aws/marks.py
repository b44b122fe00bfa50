"""The marks of ownership on AWS: three tags, written by the creating call itself."""

from collections.abc import Mapping

from tasktool_infra.engine.owner import Owner, Ownership
from tasktool_infra.values.frozen import FrozenDict

TOOL = "tasktool-infra"
APPLICATION, ENVIRONMENT, MANAGED_BY, USED_BY = "Application", "Environment", "ManagedBy", "UsedBy/"


def marks(owner: Owner) -> FrozenDict[str]:
    """Give the tags of a resource that belongs to one environment."""
    return FrozenDict({APPLICATION: owner.application, ENVIRONMENT: owner.environment, MANAGED_BY: TOOL})


def shared_marks(owner: Owner) -> FrozenDict[str]:
    """Give the tags of a resource that belongs to the application and is used by one environment among others."""
    return FrozenDict({APPLICATION: owner.application, MANAGED_BY: TOOL, USED_BY + owner.environment: TOOL})


def users(tags: Mapping[str, str]) -> frozenset[str]:
    """Give the environments that use a shared resource."""
    return frozenset(key.removeprefix(USED_BY) for key in tags if key.startswith(USED_BY))


def carried_by(found: Mapping[str, str], owner: Owner) -> bool:
    """Say whether something carries the mark of an environment: as its own, or as shared and used by it."""
    ours = found.get(MANAGED_BY) == TOOL and found.get(APPLICATION) == owner.application
    return ours and (found.get(ENVIRONMENT) == owner.environment or USED_BY + owner.environment in found)


def ownership(found: Mapping[str, str], wanted: Mapping[str, str]) -> Ownership:
    """Say whose a live resource is, by the tags found on it and those that we would put there."""
    if found.get(MANAGED_BY) != TOOL:
        return Ownership.NOBODYS
    contradicts = any(key in found and found[key] != wanted.get(key) for key in (APPLICATION, ENVIRONMENT))
    return Ownership.ANOTHERS if contradicts else Ownership.OURS
