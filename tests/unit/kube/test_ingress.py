"""What is to be known of an Ingress: why it has no address, and which records stay when it goes."""

from typing import Any

import pytest

from tasktool_infra.engine.calls import GONE
from tasktool_infra.kube.answers import FORBIDDEN
from tasktool_infra.kube.ingress import HOSTNAME, WhyNoAddress, hosts, keeps_records, records_left
from tests.answers import error, feed
from tests.unit.kube.recorded_rollouts import event

HOST = "task.mamezou-tech.com"


def external_dns(*arguments: str) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"args": list(arguments)}]}}}}


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("--source=ingress", "--policy=upsert-only"), "upsert-only"),
        (("--policy", "create-only"), "create-only"),
        (("--policy=sync",), ""),
        (("--source=ingress",), ""),
    ],
)
def test_the_policy_of_external_dns_decides_whether_records_go(arguments: tuple[str, ...], kept: str) -> None:
    assert keeps_records([external_dns(*arguments)]).endswith(kept)
    assert bool(keeps_records([external_dns(*arguments)])) is bool(kept)


def test_one_that_deletes_is_enough_and_none_keeps_all() -> None:
    assert keeps_records([external_dns("--policy=upsert-only"), external_dns()]) == ""
    assert "no external-dns" in keeps_records([])


@pytest.mark.parametrize("answer", [{"items": []}, GONE, error(FORBIDDEN)])
def test_the_record_that_stays_is_named(answer: Any) -> None:
    [said] = feed(records_left([HOST]), {"list": answer})
    assert said.startswith(f"the DNS record {HOST} stays, ")
    assert said.endswith("delete it by hand")
    assert ("may not look" in said) is (answer not in ({"items": []}, GONE))


def test_no_record_stays_where_external_dns_deletes() -> None:
    assert feed(records_left([HOST]), {"list": {"items": [external_dns("--policy=sync")]}}) == ()


def test_the_hosts_are_those_of_the_annotation() -> None:
    assert hosts({"metadata": {"annotations": {HOSTNAME: f"{HOST}, www.{HOST}"}}}) == [HOST, f"www.{HOST}"]
    assert hosts({"metadata": {}}) == []


def test_an_ingress_without_address_names_the_controller_and_its_words() -> None:
    classes = [{"metadata": {"name": name}, "spec": {"controller": f"k8s.io/{name}"}} for name in ("alb", "nginx")]
    events = [
        event("app", "Rejected", "host is taken", "2026-01-01T00:00:01Z", kind="Ingress"),
        event("app", "Failed", "of a pod of that name", "2026-01-01T00:00:01Z"),
    ]
    answers = {"IngressClass": {"items": classes}, "Event": {"items": events}}
    why = WhyNoAddress("prod", "app", "nginx").run()
    assert feed(why, {"list": lambda call: answers[call.parameters["kind"]]}).splitlines() == [
        "  the controller of IngressClass nginx (k8s.io/nginx) gives the address: does it run, and has it one?",
        "  Rejected: host is taken",
    ]


def test_who_may_not_look_is_told_nothing() -> None:
    assert feed(WhyNoAddress("prod", "app", "nginx").run(), {"list": error(FORBIDDEN)}) == ""
