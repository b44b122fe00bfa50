"""What is known of a running sandbox, and what it tells people."""

import base64
from pathlib import Path

from attrs import field, frozen

from tasktool_infra.engine.errors import Problem, TasktoolError

CLUSTER = "mz-k8s"
REGION = "ap-northeast-1"
ACCOUNT = "123456789012"


class SandboxError(TasktoolError):
    """The sandbox can't be started, found or stopped."""


class SandboxElsewhere(SandboxError):
    """A sandbox runs, but not in the region or the account that is asked for: stop it, or use another folder."""

    problem = Problem.REFUSED


@frozen(kw_only=True)
class Sandbox:
    """A running sandbox: where its two APIs are and what opens them. Secrets are not in its repr."""

    pid: int
    home: Path
    """The folder that holds its state."""
    started: str
    """When it was started, ISO 8601 in UTC."""
    region: str
    account: str
    aws_endpoint: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    cluster_name: str
    kubernetes_endpoint: str
    ca: str = field(repr=False)
    """The cluster's certificate authority: PEM in base64, as DescribeCluster gives it."""
    issuer: str
    admin_token: str = field(repr=False)

    @property
    def ca_path(self) -> Path:
        """The certificate authority as a PEM file."""
        return self.home / "ca.crt"

    @property
    def ca_pem(self) -> str:
        """The certificate authority as PEM."""
        return base64.b64decode(self.ca).decode()

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig with which kubectl is the cluster's admin; its context is named as the cluster."""
        return self.home / "kubeconfig"


def describe(sandbox: Sandbox) -> str:
    """One sentence on what a sandbox is made of, for people."""
    return (
        f"The sandbox is not AWS: moto plays the AWS APIs (account {sandbox.account}, {sandbox.region}) at "
        f"{sandbox.aws_endpoint}, and a small Kubernetes API server plays the EKS cluster {sandbox.cluster_name} at "
        f"{sandbox.kubernetes_endpoint}; no container runs, workloads, Ingress addresses and Issuers are only "
        "reported as ready, every image that is looked for counts as pushed, everything is in memory and gone when it "
        "stops."
    )
