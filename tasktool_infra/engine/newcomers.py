"""What is to be made in a host that the same run makes: nobody could look at it before the host stood.

So all of it is looked at as soon as it does, and if one is refused then, none is written.
"""

from collections.abc import Collection, Hashable, Mapping

from attrs import frozen

from tasktool_infra.engine.driver import Failure, Outcome
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key, Phase, Resource


@frozen
class Look:
    """A task that looks at a guest; without a guest, the one that is done when all those of the host are."""

    host: Key
    guest: Key | None = None


def newcomers(
    todo: Mapping[Key, Change], resources: Mapping[Key, Resource], found: Mapping[Key, Resource | None]
) -> dict[Key, Key]:
    """Give what is to be created in a host that does not stand yet, each with its host."""
    hosts = {
        key: resource.within.key for key in todo if (resource := resources.get(key)) and resource.within is not None
    }
    return {
        key: host
        for key, host in hosts.items()
        if todo[key].action is Action.CREATE and host in todo and not _stands(found.get(host))
    }


def _stands(host: Resource | None) -> bool:
    return host is not None and host.settled is not Phase.DELETING


def looks(guests: Mapping[Key, Key]) -> tuple[Look, ...]:
    """Give the tasks that look at guests, and for each host the one that follows on all of them."""
    return (*(Look(host, guest) for guest, host in guests.items()), *(Look(host) for host in set(guests.values())))


def looked_first(order: Mapping[Key, Collection[Key]], guests: Mapping[Key, Key]) -> dict[Hashable, set[Hashable]]:
    """Give an order in which every look at a guest of a host comes before the first of them."""
    whole: dict[Hashable, set[Hashable]] = {key: set(before) for key, before in order.items()}
    for guest, host in guests.items():
        whole[Look(host, guest)] = {host}
        whole.setdefault(Look(host), set()).add(Look(host, guest))
        whole[guest].add(Look(host))
    return whole


def of_resources(outcomes: Mapping[Hashable, Outcome]) -> dict[Key, Outcome]:
    """Give the outcome of each resource: where the look at it failed, that one."""
    lost = {key.guest: each for key, each in outcomes.items() if isinstance(key, Look) and isinstance(each, Failure)}
    return {key: lost.get(key, outcome) for key, outcome in outcomes.items() if isinstance(key, Key)}
