"""Worlds on servers: the AWS of MiniStack, which has no code in common with moto, and a real API server."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from tasktool_infra.aws.connection import Connection, Embedded
from tasktool_infra.sandbox.kubernetes.kinds import KINDS
from tests.contract.emulators import ministack
from tests.controlplane.api import Api
from tests.controlplane.cluster import Cluster
from tests.crash.cloud import ACCOUNT, ISSUER, REGION, Cloud, cloud
from tests.crash.prod import Prod, order
from tests.faults.stage import Stage

NAMESPACE = "/api/v1/namespaces/prod"
SHARE = 10
"""A real server's own controllers get one second for as many of the stage."""
ITS_OWN = ("pods", "replicasets", "endpoints", "endpointslices", "events")
"""What controllers make, under names that are never the same."""


class NoCluster:
    """Stands where no cluster is needed."""

    def settle(self) -> None:
        """Do nothing."""

    def everything(self) -> Iterator[Any]:
        """Give nothing."""
        yield from ()


@frozen
class RealCluster:
    """The namespace of `prod` on a real API server, as somebody with kubectl sees it."""

    api: Api

    def call(self, method: str, path: str, body: Any = None, media: str = "application/json") -> Any:
        """Do what somebody does with kubectl; fails when it is refused."""
        return self.api.call(method, path, body, media).need()

    def settle(self) -> None:
        """Leave its controllers alone: what they have not done yet is in no view."""

    def everything(self) -> Iterator[Any]:
        """Give what stands in the namespace, and the namespace: what is wanted of it, and who wants that."""
        namespace = self.api.call("GET", NAMESPACE)
        if namespace.good:
            yield wanted("Namespace", namespace.body)
        for kind in KINDS:
            if kind.namespaced and not kind.review and kind.plural not in ITS_OWN:
                root = f"/apis/{kind.group}" if kind.group else "/api"
                listed = self.api.call("GET", f"{root}/{kind.version}/namespaces/prod/{kind.plural}")
                yield from (wanted(kind.name, item) for item in (listed.body["items"] if listed.good else ()))


def wanted(kind: str, item: Any) -> Any:
    """Give an object without what controllers say of it."""
    return {"kind": kind, **{name: value for name, value in item.items() if name != "status"}}


@contextmanager
def on_ministack() -> Iterator[Callable[[], Prod]]:
    """Give what makes the account in MiniStack as new: all that it has is the provider of a cluster elsewhere."""
    with ministack() as emulator:
        connection = Connection("crash", REGION, Embedded(emulator.endpoint, ACCOUNT, "secret"))
        told = functools.partial(order, only=("aws",), eks_cluster_name="", oidc_provider_url=ISSUER)

        def made() -> Prod:
            emulator.forget()
            iam = connection.client("iam")
            iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
            stage = Stage()
            # What an IAM that lags may lead to, SetDefaultPolicyVersion, MiniStack lacks.
            return Prod(stage, Cloud(stage, connection, late=("s3", "ecr")), NoCluster(), told)

        yield made
        connection.close()


def on_a_real_cluster(connection: Connection, real: Cluster) -> Prod:
    """Give the namespace `prod` of a real cluster, in which there is nothing; all that it needs stands in AWS."""
    stage = Stage()
    made = Prod(stage, cloud(stage, connection, real.endpoint, real.ca_data), RealCluster(real.api()))
    made.order = functools.partial(order, only=("aws",))
    made.run("provision")
    made.push()
    made.order = functools.partial(order, only=("access", "app"))
    stage.lapse = lambda seconds: time.sleep(seconds / SHARE)
    return made
