"""What a run sees before it decides: the target, what is wanted there, and what stands."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from tasktool_infra.aws.place import Place
from tasktool_infra.engine.cancel import interruptible
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.plan import Change
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.survey import Item, Outcomes, read, survey
from tasktool_infra.kube import retries as kube_retries
from tasktool_infra.layers import APP
from tasktool_infra.opening import Opened, find_targets, opened, prepare, prepare_kubeconfig
from tasktool_infra.order import Order
from tasktool_infra.rendering import Renderings
from tasktool_infra.settings.rules import ACCOUNT
from tasktool_infra.target import Target
from tasktool_infra.values.partitions import presumed

if TYPE_CHECKING:
    from tasktool_infra.wishes import Render


def opened_for(order: Order) -> AbstractContextManager[Opened]:
    """Open the way to where AWS is for these environments; raises Refused when that is not one place."""
    first = order.environments[0]
    if order.sandbox or {each.aws for each in order.environments} == {ACCOUNT}:
        return opened(first, order.listeners, sandbox=order.sandbox)
    if any(each.aws != first.aws for each in order.environments):
        raise Refused("Some of these environments are on an account and some on an emulator.", next_step=ONE_BY_ONE)
    from tasktool_infra import emulated

    return emulated.opened(first, order.listeners)


@contextmanager
def opened_early(order: Order) -> Iterator[Opened]:
    """Open it, and begin to render meanwhile where the place is known before anybody is asked; raises the same."""
    with Renderings() as renderings:
        if not order.sandbox:
            _begin(order, renderings, os.environ.get("AWS_REGION", ""))
        with opened_for(order) as run:
            run.renderings = renderings
            yield run


ONE_BY_ONE = "Run them one after the other."


@frozen
class Looked:
    """What is wanted where, what stands, and what would be done about it."""

    targets: list[Target]
    items: tuple[Item, ...]
    changes: tuple[Change, ...]
    found: dict[Key, Resource | None]


def looked(order: Order, run: Opened) -> Looked:
    """Find the target, and read everything that the order is about; raises what stands in the way of that."""
    prepare(run, "tasktool_infra.wishes", "tasktool_infra.merging")
    if set(order.only) != {"aws"}:
        prepare_kubeconfig(order.environments)
    with interruptible(run.driver.interrupt, signals=order.signals), run.renderings as renderings:
        _begin(order, renderings, run.connection.region or "")
        targets = find_targets(run, order.environments)
        from tasktool_infra.merging import check_together

        check_together(targets)
        items, known = _readings(order, run, targets, renderings)
        return Looked(targets, items, *survey(run.driver, items, order.goal, known))


def _begin(order: Order, renderings: Renderings, named: str) -> None:
    """Begin to render where the place is known before anybody is asked: the account is pinned.

    Takes the region of environments that name none; empty when nobody knows it yet.
    """
    begins = _render(order, renderings) and (not order.only or APP in order.only)
    for each in order.environments if begins else ():
        region = each.region or named
        if each.account and each.domain and each.email and region and each.aws == ACCOUNT:
            renderings.begin(each, Place(each.account, presumed(region), region))


def _render(order: Order, renderings: Renderings) -> "Render | None":
    return renderings.take if order.app and not order.cluster_gone and not order.resources else None


def _readings(
    order: Order, run: Opened, targets: Sequence[Target], renderings: Renderings
) -> tuple[tuple[Item, ...], Outcomes]:
    """Give what is wanted, and what was read of it already: all else while the manifests are rendered, then these."""
    render = _render(order, renderings)
    if order.only or render is None or any(each.aws != ACCOUNT for each in order.environments):
        items = _chosen(order, targets, render)
        _connect(order, run, targets, items)
        return items, {}
    for environment, target in zip(order.environments, targets, strict=True):
        renderings.begin(environment, target.place)
    first = _items(order, targets, None)
    _connect(order, run, targets, first)
    whole: list[tuple[Item, ...]] = []

    def rest() -> tuple[Item, ...]:
        whole.append(_items(order, targets, render))
        return whole[0]

    known = read(run.driver, first, order.goal, more=rest)
    return whole[0], known


def _chosen(order: Order, targets: Sequence[Target], render: "Render | None") -> tuple[Item, ...]:
    """Give what is aimed at; the manifests are rendered only where one of them may be meant."""
    from tasktool_infra.wishes import chosen, no_manifest

    items = _items(order, targets, None)
    if render is not None and not (order.only and no_manifest(items, order.only)):
        items = _items(order, targets, render)
    return chosen(items, order.only, removing=order.removing)


def _connect(order: Order, run: Opened, targets: Sequence[Target], items: Iterable[Item]) -> None:
    if kube_retries.SERVICE not in run.transports and any(item.layer != "aws" for item in items):
        from tasktool_infra.reaching import connect_cluster

        connect_cluster(run, order.environments[0], targets[0])


def _items(order: Order, targets: Sequence[Target], render: "Render | None") -> tuple[Item, ...]:
    from tasktool_infra.merging import merged, placed
    from tasktool_infra.wishes import wishes

    if order.resources:
        assert order.owner is not None
        return placed(order.resources, order.owner, targets[0].place)
    wanted = [
        wishes(
            environment,
            target,
            removing=order.removing,
            cluster_gone=order.cluster_gone,
            render=render,
        )
        for environment, target in zip(order.environments, targets, strict=True)
    ]
    return merged(item for items in wanted for item in items)
