"""A plain moto server in a process of its own, as anybody may start it, with a cluster in it and a record of calls."""

import base64
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import boto3
from attrs import frozen

from tests.controlplane.processes import processes

ACCOUNT, REGION, CLUSTER = "123456789012", "ap-northeast-1", "mz-k8s"
READS = ("Get", "List", "Describe", "Head")
STARTED = re.compile(r"Running on (http://127\.0\.0\.1:\d+)")


@frozen
class Emulator:
    """Where the server is, and where it writes every call down."""

    endpoint: str
    record: Path

    def client(self, service: str) -> Any:
        """Give a client of a service."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint, **keys)

    def plant_cluster(self) -> str:
        """Make the cluster and its identity provider, unmarked, as eksctl does; give the URL of its issuer."""
        role = f"arn:aws:iam::{ACCOUNT}:role/cluster"
        made = self.client("eks").create_cluster(name=CLUSTER, roleArn=role, resourcesVpcConfig={})
        issuer = str(made["cluster"]["identity"]["oidc"]["issuer"])
        self.client("iam").create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])
        return issuer

    def writes(self) -> list[str]:
        """Give the names of all calls so far that write."""
        calls = [called(json.loads(line)) for line in self.record.read_text().splitlines()]
        return [call for call in calls if not call.startswith(READS)]


def called(entry: dict[str, Any]) -> str:
    """Give the operation of a recorded request, or for services that have paths, the method and the URL."""
    headers = {name.lower(): value for name, value in entry["headers"].items()}
    if target := headers.get("x-amz-target"):
        return str(target).rpartition(".")[2]
    body = base64.b64decode(entry["body"] or "").decode(errors="replace")
    if action := parse_qs(body).get("Action"):
        return action[0]
    return f"{str(entry['method']).capitalize()} {entry['url']}"


ROOT = Path(__file__).parents[3]
PLAIN = ("-m", "moto.server")
CORRECTED = (
    "-c",
    "from tasktool_infra.sandbox import moto_patches; moto_patches.apply(); from moto.server import main; main()",
)
"""The same with what the sandbox corrects in it, such as the tags that CreateBucket takes."""


@contextmanager
def emulator(program: tuple[str, ...] = PLAIN) -> Iterator[Emulator]:
    """Run the server on loopback for as long as the block lasts; it starts empty."""
    with processes() as running:
        record = running.folder / "moto.record"
        record.touch()
        settings = ("MOTO_ENABLE_RECORDING=1", f"MOTO_RECORDER_FILEPATH={record}", f"PYTHONPATH={ROOT}")
        # The system chooses the port, so that no other test can have taken it in between.
        running.start("moto", ["env", *settings, sys.executable, *program, "-H", "127.0.0.1", "-p", "0"])
        running.wait("moto", "serving", lambda: bool(STARTED.search(running.log("moto"))))
        started = STARTED.search(running.log("moto"))
        assert started
        yield Emulator(started[1], record)
