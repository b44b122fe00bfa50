"""Why a namespace does not go: the objects that hold it, by what its status says."""

from typing import Any

from tasktool_infra.engine.calls import GONE
from tasktool_infra.kube.leaving import MOST, WhyNotGone
from tests.answers import feed

MESSAGE = (
    "Some resources are remaining: configmaps. has 1 resource instances,"
    " ingresses.networking.k8s.io has 1 resource instances, targetgroupbindings.elbv2.k8s.aws has 2 resource instances"
)


def namespace(message: str = MESSAGE) -> dict[str, Any]:
    remaining = {"type": "NamespaceContentRemaining", "status": "True", "message": message}
    return {"metadata": {"name": "prod"}, "status": {"phase": "Terminating", "conditions": [remaining]}}


def held(name: str, *finalizers: str) -> dict[str, Any]:
    return {"metadata": {"name": name, **({"finalizers": list(finalizers)} if finalizers else {})}}


def test_each_object_that_is_held_is_named_with_its_finalizer() -> None:
    lists = {
        "ConfigMap": {"kind": "ConfigMapList", "items": [held("state", "example.com/holds"), held("root-ca")]},
        "Ingress": {"kind": "IngressList", "items": [held("app", "ingress.k8s.aws/resources")]},
    }
    answers: dict[str, Any] = {"get": namespace(), "list": lambda call: lists[call.parameters["kind"]]}
    assert feed(WhyNotGone("prod").run(), answers).splitlines() == [
        "  ConfigMap state is held by its finalizer example.com/holds",
        "  Ingress app is held by its finalizer ingress.k8s.aws/resources",
        "  see: kubectl get targetgroupbindings.elbv2.k8s.aws -n prod",
    ]


def test_of_many_only_some_are_named() -> None:
    many = {"kind": "ConfigMapList", "items": [held(f"c-{number}", "x/y") for number in range(20)]}
    answers = {"get": namespace("configmaps. has 20 resource instances"), "list": many}
    assert len(feed(WhyNotGone("prod").run(), answers).splitlines()) == MOST


def test_a_namespace_that_has_gone_meanwhile_has_no_reason() -> None:
    assert feed(WhyNotGone("prod").run(), {"get": GONE}) == ""
