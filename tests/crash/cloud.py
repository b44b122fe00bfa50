"""AWS in this process: moto without a server, and before it what a real AWS has and moto lacks: time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from tasktool_infra.aws.connection import Connection
from tasktool_infra.aws.transport import SERVICES, AwsTransport
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.transport import Transport
from tasktool_infra.sandbox import moto_patches
from tasktool_infra.sandbox.aws_server import plant_cluster
from tests.controlplane.cluster import administrator
from tests.faults.lag import Lag
from tests.faults.slow_tables import SlowTables
from tests.faults.stage import Stage, StagedRun

ACCOUNT, REGION, CLUSTER = "123456789012", "ap-northeast-1", "mz-k8s"
ISSUER = f"https://oidc.eks.{REGION}.amazonaws.com/id/CRASHES"
ENDPOINT = "https://cluster.example.invalid"
LAG = 1.5
"""Seconds that reads lag behind writes, but those of DynamoDB's control plane and of Kubernetes."""
AT_ONCE = ("list_object_versions", "delete_objects", "list_multipart_uploads", "abort_multipart_upload")
"""Objects of S3 are as they were written, at once. Source: S3 user guide, "Amazon S3 data consistency model"."""
ADMINISTRATOR = administrator(ACCOUNT)
"""Who calls: a real API server of the tests lets them in."""
KEYS = {"AWS_ACCESS_KEY_ID": ADMINISTRATOR.access_key, "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR.secret_key}


@define(eq=False)
class Cloud:
    """An empty account with a cluster in it. ``raw`` is the way past everything that is ours or in the way.

    Reads of the services that are ``late`` lag behind writes.
    """

    stage: Stage
    raw: Connection
    late: tuple[str, ...] = ("s3", "iam", "ecr")
    writes: int = 0
    tables: SlowTables = field(init=False)
    _plain: Transport = field(init=False)
    _lag: Lag = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._plain = AwsTransport(self.raw)
        self.tables = SlowTables(self._plain, self.stage.now)
        self._lag = Lag(StagedRun(self.stage), LAG, self.late)

    def send(self, call: Call) -> Any:
        """Give the answer to a call of the product, as a real AWS would at this time."""
        self.writes += call.writes
        if call.service == "dynamodb":
            return self.tables.send(call)
        if call.operation in AT_ONCE:
            return self._plain.send(call)
        self._lag.before(call, 1)
        return self._lag.after(call, self._plain.send(call))

    def client(self, service: str) -> Any:
        """Give a client of botocore."""
        return self.raw.client(service)


@contextmanager
def accounts() -> Iterator[Connection]:
    """Run moto in this process; give the connection, whose clients are used again and again."""
    from moto import mock_aws

    moto_patches.apply()
    with mock_aws(config={"core": {"reset_boto3_session": False, "mock_credentials": False}}):
        connection = Connection("crash", REGION)
        for service in SERVICES:
            connection.client(service)
        yield connection


def cloud(stage: Stage, connection: Connection, endpoint: str = ENDPOINT, ca: str = "Y2E=") -> Cloud:
    """Give an account that is as new, with a cluster that is said to be at an endpoint; its CA is in base64."""
    from moto.moto_api._internal.models import moto_api_backend

    moto_api_backend.reset()
    plant_cluster(ACCOUNT, REGION, CLUSTER, endpoint=endpoint, ca=ca, issuer=ISSUER)
    return Cloud(stage, connection)
