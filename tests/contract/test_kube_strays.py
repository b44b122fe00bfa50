"""ServiceAccounts and namespaces that carry our labels and nobody wants any more, on both API servers."""

from itertools import count

import pytest

from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.kube.strays import KubeStrays
from tests.contract.bench import Bench
from tests.contract.clusters import CLUSTERS
from tests.controlplane.api import MERGE

NUMBERS = count(1)


@pytest.fixture(params=CLUSTERS)
def bench(request: pytest.FixtureRequest, clusters: dict[str, Bench]) -> Bench:
    return clusters[request.param]


def strays(owner: Owner, namespace: Namespace, *wanted: Resource) -> KubeStrays:
    keys = frozenset(each.key for each in (namespace, *wanted))
    return KubeStrays(key=Key("strays", "here"), layer="access", owner=owner, namespace=namespace, wanted=keys)


def account(namespace: Namespace, name: str, owner: Owner) -> ServiceAccount:
    return ServiceAccount(namespace=namespace.name, name=name, within=namespace).marked(owner)


def test_what_was_dropped_goes_after_a_yes_and_nothing_of_others(bench: Bench) -> None:
    owner, other = Owner("strays", f"a{next(NUMBERS)}"), Owner("strays", f"b{next(NUMBERS)}")
    host, old = (Namespace(name=f"{owner.environment}-{name}").marked(owner) for name in ("new", "old"))
    kept, dropped, theirs = account(host, "kept", owner), account(host, "dropped", owner), account(host, "x", other)
    bench.run(host, old, kept, dropped, theirs)
    bench.raw.call(
        "POST",
        f"/api/v1/namespaces/{host.name}/serviceaccounts",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobodys"}},
    )
    finder = strays(owner, host, kept)
    plan = bench.plan(host, kept, finder)
    assert plan.asks == (
        f"delete service_account.{host.name}/dropped",
        f"delete namespace.{old.name}, and with it everything in it",
    )
    assert bench.run(host, kept, finder).result.ok
    assert bench.plan(host, kept, finder).summary == "No changes."
    left = bench.raw.get(f"/api/v1/namespaces/{host.name}/serviceaccounts")["items"]
    assert {"kept", "x", "nobodys"} <= {each["metadata"]["name"] for each in left}
    assert "dropped" not in {each["metadata"]["name"] for each in left}


def test_one_whose_mark_is_taken_off_stays(bench: Bench) -> None:
    owner = Owner("strays", f"c{next(NUMBERS)}")
    host = Namespace(name=owner.environment).marked(owner)
    dropped = account(host, "dropped", owner)
    bench.run(host, dropped)
    path = f"/api/v1/namespaces/{host.name}/serviceaccounts/dropped"
    bench.raw.call("PATCH", path, {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}, MERGE).need()
    assert bench.plan(host, strays(owner, host)).summary == "No changes."
