"""The marks of ownership on Kubernetes: three labels."""

from collections.abc import Mapping

from tasktool_infra.engine.owner import Owner, Ownership
from tasktool_infra.values.frozen import FrozenDict

TOOL = "tasktool-infra"
PART_OF, MANAGED_BY, ENV = "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "env"


def marks(owner: Owner) -> FrozenDict[str]:
    """Give the labels of an object that belongs to one environment."""
    return FrozenDict({PART_OF: owner.application, MANAGED_BY: TOOL, ENV: owner.environment})


def ownership(found: Mapping[str, str], wanted: Mapping[str, str]) -> Ownership:
    """Say whose a live object is, by the labels found on it and those that we would put there."""
    if found.get(MANAGED_BY) != TOOL:
        return Ownership.NOBODYS
    contradicts = any(key in found and found[key] != wanted.get(key) for key in (PART_OF, ENV))
    return Ownership.ANOTHERS if contradicts else Ownership.OURS
