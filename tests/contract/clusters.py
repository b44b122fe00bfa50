"""The Kubernetes APIs that the kinds are tried on, each with an administrator's token."""

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import evolve

from tasktool_infra.aws.place import NOWHERE
from tasktool_infra.engine.resource import Resource
from tasktool_infra.kube import retries
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.applyset import ApplySet
from tasktool_infra.kube.manifest import Manifest
from tasktool_infra.kube.namespace import Namespace
from tasktool_infra.kube.service_account import ServiceAccount
from tasktool_infra.kube.token import StaticToken
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.values.frozen import freeze
from tests.contract.bench import Bench
from tests.controlplane.api import Api
from tests.faults.clock import FakeClock

CLUSTERS = ("embedded", "real")


class HastyClock(FakeClock):
    """Lets a tenth of the time really pass: what the cluster's own controllers do takes real time."""

    def arrival(self, arrivals: "queue.SimpleQueue[Any]", until: float | None, *, flying: int) -> Any | None:
        if not flying and until is not None and arrivals.empty():
            time.sleep(max(0.0, until - self.time) / 10)
        return super().arrival(arrivals, until, flying=flying)


@contextmanager
def cluster_bench(name: str, endpoint: str, ca: str, token: str) -> Iterator[Bench]:
    """Give a bench on a cluster."""
    access = ClusterAccess(run_id="contract", endpoint=endpoint, ca=ca, tokens=StaticToken(token))
    transport = KubeTransport(access)
    api = Api(endpoint, ca, token)
    yield Bench(name, {retries.SERVICE: transport}, retries.TABLE, NOWHERE, api, clock=HastyClock)
    transport.close()


def moved(resource: Resource, number: int) -> Resource:
    """Give an example in a namespace of its own: one that is deleted takes seconds to be gone."""
    if isinstance(resource, Namespace):
        return evolve(resource, name=f"{resource.name}-{number}")
    host = moved(resource.within, number) if resource.within is not None else None
    more: dict[str, Any] = {}
    if isinstance(resource, ServiceAccount | ApplySet) and isinstance(host, Namespace):
        more = {"namespace": host.name}
    if isinstance(resource, Manifest) and isinstance(host, Namespace):
        metadata = {**resource.body["metadata"], "namespace": host.name}
        more = {"body": freeze({**resource.body, "metadata": metadata})}
    return evolve(resource, within=host, **more)
