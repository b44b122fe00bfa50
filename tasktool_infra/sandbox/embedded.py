"""Both servers in threads of this process: what the background process runs, and what tests use without one."""

import base64
import contextlib
import json
import os
import secrets
import shutil
import string
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tasktool_infra.files import write_private
from tasktool_infra.sandbox.aws_server import aws_server, plant_cluster, secret_of
from tasktool_infra.sandbox.facts import ACCOUNT, CLUSTER, REGION, Sandbox
from tasktool_infra.sandbox.kubernetes.server import running


@contextlib.contextmanager
def embedded(
    region: str = REGION,
    *,
    account: str = ACCOUNT,
    home: Path | None = None,
    activity: Callable[[], None] = lambda: None,
) -> Iterator[Sandbox]:
    """Run a sandbox in this process for as long as the block lasts.

    moto's state belongs to the process, so one at a time. `home` takes kubeconfig and CA, a temporary folder by
    default; `activity` is called for every request to either API.
    """
    access_key, secret = _key_pair()
    issuer = f"https://oidc.eks.{region}.amazonaws.com/id/{secrets.token_hex(16).upper()}"

    def key_secrets(wanted: str) -> str | None:
        return secret if wanted == access_key else secret_of(account, region, wanted)

    with (
        _folder(home) as folder,
        aws_server(account, activity) as aws_endpoint,
        running(cluster=CLUSTER, issuer=issuer, key_secrets=key_secrets, activity=activity) as kubernetes,
    ):
        ca = base64.b64encode(kubernetes.ca).decode()
        reached = {"endpoint": kubernetes.endpoint, "ca": ca, "issuer": issuer}
        plant_cluster(account, region, CLUSTER, **reached, keys=lambda: kubernetes.tokens.keys)
        sandbox = Sandbox(
            pid=os.getpid(),
            home=folder,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            region=region,
            account=account,
            aws_endpoint=aws_endpoint,
            access_key_id=access_key,
            secret_access_key=secret,
            cluster_name=CLUSTER,
            kubernetes_endpoint=kubernetes.endpoint,
            ca=ca,
            issuer=issuer,
            admin_token=kubernetes.admin_token,
        )
        write_private(sandbox.ca_path, sandbox.ca_pem)
        write_private(sandbox.kubeconfig, _kubeconfig(sandbox))
        yield sandbox


@contextlib.contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    if home is not None:
        yield home
        return
    folder = Path(tempfile.mkdtemp(prefix="tasktool-sandbox-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _key_pair() -> tuple[str, str]:
    """Give an access key that nobody has and its secret, in the forms of IAM."""
    alphabet = string.ascii_uppercase + "234567"
    return "AKIA" + "".join(secrets.choice(alphabet) for _ in range(16)), secrets.token_urlsafe(30)


def _kubeconfig(sandbox: Sandbox) -> str:
    """Give a kubeconfig; JSON is YAML too."""
    name = sandbox.cluster_name
    cluster = {"server": sandbox.kubernetes_endpoint, "certificate-authority-data": sandbox.ca}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": f"{name}-admin", "user": {"token": sandbox.admin_token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": f"{name}-admin"}}],
        "current-context": name,
    }
    return json.dumps(config, indent=2) + "\n"
