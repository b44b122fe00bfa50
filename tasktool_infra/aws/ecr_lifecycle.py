"""The one rule of an ECR lifecycle policy that is ours: untagged images expire after some days.

A policy is one document, put as a whole, so the rules of others are read and put again. Rules have no identity of their
own; ours is known by what it selects, because there can be but one for untagged images, whoever wrote it.

Source: Amazon ECR user guide, Lifecycle policy properties.
"""

import json
from collections.abc import Iterable
from typing import Any

from tasktool_infra.values.frozen import FrozenDict, freeze, thaw

Rules = tuple[FrozenDict[Any], ...]


def rules_of(text: str) -> Rules:
    """Give the rules of a policy document; none for an empty text."""
    rules: Rules = freeze(json.loads(text)["rules"]) if text else ()
    return rules


def policy(rules: Iterable[FrozenDict[Any]]) -> str:
    """Give the policy document of rules, by priority, so that equal rules make an equal text."""
    ordered = sorted(rules, key=lambda rule: int(rule["rulePriority"]))
    return json.dumps({"rules": thaw(tuple(ordered))}, sort_keys=True)


def is_ours(rule: FrozenDict[Any]) -> bool:
    """Say whether a rule is the one that expires untagged images."""
    selection = rule["selection"]
    expires = rule["action"]["type"] == "expire" and selection.get("storageClass", "standard") == "standard"
    return bool(expires and selection["tagStatus"] == "untagged")


def untagged_days(rules: Rules) -> int | None:
    """Give after how many days untagged images expire, or None where no rule says just that."""
    ours = [rule["selection"] for rule in rules if is_ours(rule)]
    by_age = len(ours) == 1 and ours[0]["countType"] == "sinceImagePushed"
    return int(ours[0]["countNumber"]) if by_age else None


def title(rule: FrozenDict[Any]) -> str:
    """Give what people call a rule."""
    return f"lifecycle rule {rule['rulePriority']} ({rule.get('description', 'without description')})"


def with_untagged_days(rules: Rules, days: int | None) -> Rules:
    """Give the rules with ours as wanted: in the place of the old one, else in the first that is free."""
    others = [rule for rule in rules if not is_ours(rule)]
    if days is None:
        return tuple(others)
    old = next((int(rule["rulePriority"]) for rule in rules if is_ours(rule)), None)
    taken = {int(rule["rulePriority"]) for rule in others}
    free = old or next(number for number in range(1, len(taken) + 2) if number not in taken)
    return (*_behind(others, free), _rule(free, days))


def _behind(others: list[FrozenDict[Any]], priority: int) -> list[FrozenDict[Any]]:
    """Move rules for any tag behind ours: they must have the highest numbers."""
    last = max([priority, *(int(rule["rulePriority"]) for rule in others)])
    return [_moved(rule, last) if _any(rule) and int(rule["rulePriority"]) < priority else rule for rule in others]


def _moved(rule: FrozenDict[Any], by: int) -> FrozenDict[Any]:
    return rule | {"rulePriority": int(rule["rulePriority"]) + by}


def _any(rule: FrozenDict[Any]) -> bool:
    return bool(rule["selection"]["tagStatus"] == "any")


def _rule(priority: int, days: int) -> FrozenDict[Any]:
    selection = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    description = f"expire untagged images after {days} days"
    action = {"type": "expire"}
    return FrozenDict({"rulePriority": priority, "description": description, "selection": selection, "action": action})
