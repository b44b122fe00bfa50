"""Rendering beside all else: once for the same values, anew for others, and faults where they are taken."""

import threading
from typing import Any

import pytest
from attrs import evolve

import tasktool_infra as tt
from tasktool_infra import looking
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.errors import Refused
from tasktool_infra.kube import kustomize
from tasktool_infra.kube.overlay import OverlayValues
from tasktool_infra.opening import Opened
from tasktool_infra.order import Order
from tasktool_infra.rendering import Renderings

HERE = Place("123456789012", "aws", "ap-northeast-1")
PROD = tt.load("prod")


def test_what_is_begun_is_rendered_once_and_for_another_place_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts: list[str] = []

    def play(values: OverlayValues) -> list[dict[str, Any]]:
        accounts.append(values.account)
        return [{"account": values.account}]

    monkeypatch.setattr(kustomize, "manifests", play)
    with Renderings() as renderings:
        renderings.begin(PROD, HERE)
        renderings.begin(PROD, HERE)
        assert renderings.take(PROD, HERE) == [{"account": HERE.account}]
        assert renderings.take(PROD, evolve(HERE, account="210987654321")) == [{"account": "210987654321"}]
    assert accounts == [HERE.account, "210987654321"]


def test_a_fault_is_raised_where_it_is_taken_and_nothing_is_left_running(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def play(values: OverlayValues) -> list[dict[str, Any]]:
        go_on.wait(10)
        raise Refused(f"{values.name} can't be rendered")

    monkeypatch.setattr(kustomize, "manifests", play)
    before = threading.active_count()
    with Renderings() as renderings:
        renderings.begin(PROD, HERE)
        renderings.begin(PROD, evolve(HERE, account="210987654321"))
        go_on.set()
        with pytest.raises(Refused, match="prod can't be rendered"):
            renderings.take(PROD, HERE)
    assert threading.active_count() == before


def test_what_is_looked_at_again_is_rendered_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    tags: list[str] = []
    monkeypatch.setattr(kustomize, "manifests", lambda values: tags.append(values.image_tag))
    renderings = Renderings()
    for _ in range(2):
        with renderings:
            renderings.take(PROD, HERE)
    assert len(tags) == 2


def test_it_begins_before_the_way_to_aws_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[OverlayValues] = []
    monkeypatch.setattr(kustomize, "manifests", begun.append)
    monkeypatch.setenv("AWS_REGION", "cn-north-1")

    def refused(order: Order) -> Opened:
        raise Refused("no credentials")

    monkeypatch.setattr(looking, "opened_for", refused)
    pinned = evolve(PROD, region=None, account=HERE.account, domain="example.com", email="a@example.com")
    named = evolve(pinned, region=HERE.region)
    for each in (PROD, pinned, named):
        with pytest.raises(Refused), looking.opened_early(Order(command="plan", environments=(each,))):
            pass
    assert [(values.region, values.partition) for values in begun] == [("cn-north-1", "aws-cn"), (HERE.region, "aws")]
