"""Hosts through which alone their guests are reached, such as an emulator of an API that the run itself deploys.

A guest is looked at after its host, and only in one that stands; what changes the host loses what was in it; and when
the host goes, its guests go with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from tasktool_infra.engine.calls import Reading
from tasktool_infra.engine.decide import Goal, Making
from tasktool_infra.engine.driver import Failure, Outcome, Success
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.plan import Action, Change
from tasktool_infra.engine.resource import Key, Resource


def gateway(resource: Resource, resources: Mapping[Key, Resource]) -> Resource | None:
    """Give the host, among the resources, through which alone a resource is reached."""
    host = resource.within
    return resources.get(host.key) if host is not None and host.gateway else None


def hosts_first(resources: Mapping[Key, Resource]) -> dict[Key, set[Key]]:
    """Give for each guest of a gateway the host that is read before it."""
    hosts = {key: gateway(resource, resources) for key, resource in resources.items()}
    return {key: {host.key} for key, host in hosts.items() if host is not None}


def read(resource: Resource, host: Resource | None, goal: Goal, known: dict[Key, Outcome]) -> Reading[Any]:
    """Read a resource and keep the outcome in ``known``; a guest only where its host stands and goes on standing.

    Raises what reading the host has raised.
    """
    try:
        away = host is not None and not _is_open(host, known[host.key], goal)
        live = None if away else (yield from _read(resource, goal))
    except Exception as error:
        known[resource.key] = Failure(error)
        raise
    known[resource.key] = Success(live)
    return live


def _read(resource: Resource, goal: Goal) -> Reading[Any]:
    return (yield from resource.read() if isinstance(goal, Making) else resource.examine())


def _is_open(host: Resource, outcome: Outcome, goal: Goal) -> bool:
    if isinstance(outcome, Failure):
        raise outcome.error
    assert isinstance(outcome, Success)
    live = outcome.value
    goes = not isinstance(goal, Making) and live is not None and live.ownership is Ownership.OURS
    return host.holds(live) and not goes


def following(
    resources: Mapping[Key, Resource], changes: Iterable[Change], found: Mapping[Key, Resource | None]
) -> tuple[Change, ...]:
    """Give the changes, those of guests as their hosts have it: gone with one that goes, made anew in one that is."""
    listed = tuple(changes)
    actions = {change.key: change.action for change in listed}
    return tuple(_following(change, _host(change.key, resources), actions, found) for change in listed)


def _host(key: Key, resources: Mapping[Key, Resource]) -> Resource | None:
    return gateway(resources[key], resources) if key in resources else None


def _following(
    change: Change, host: Resource | None, actions: Mapping[Key, Action], found: Mapping[Key, Resource | None]
) -> Change:
    if host is None:
        return change
    if actions[host.key] is Action.DELETE:
        return evolve(change, action=Action.NONE, fields=(), steps=(), reason=f"it goes with {host.key}")
    if actions[host.key] is Action.UPDATE and change.action is Action.CREATE and not host.holds(found.get(host.key)):
        return evolve(change, remarks=(*change.remarks, f"not checked yet: {host.key} is yet to be ready"))
    return change
