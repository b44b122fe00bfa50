"""The bearer token of EKS: a presigned GetCallerIdentity, made from the caller's credentials and renewed in time.

Source: the recipe of aws-iam-authenticator. The server adds the cluster's name itself before it checks the signature,
so a token is good for one cluster only, for 15 minutes from its date.
"""

import base64
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.engine.errors import ApiError, Problem
from tasktool_infra.values.partitions import SUFFIXES

PREFIX, HEADER = "k8s-aws-v1.", "x-k8s-aws-id"
LIFETIME = 14 * 60.0
"""Seconds after which a token is replaced: one minute before it dies."""
PRESIGNED = 60


def eks_token(credentials: Any, *, cluster: str, region: str, partition: str = "aws") -> str:
    """Give a token for one cluster.

    Takes botocore credentials and the names of cluster, region and partition. Endpoints of the shell do not
    count: the signature is for the regional STS of AWS, which is where the server looks.
    """
    from botocore.hooks import HierarchicalEmitter
    from botocore.model import ServiceId
    from botocore.signers import RequestSigner

    # The signer holds its emitter by a weak reference only.
    emitter = HierarchicalEmitter()
    signer = RequestSigner(ServiceId("STS"), region, "sts", "v4", credentials, emitter)
    host = f"sts.{region}.{SUFFIXES.get(partition, SUFFIXES['aws'])}"
    request = {
        "method": "GET",
        "url": f"https://{host}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {HEADER: cluster},
        "context": {},
    }
    url = signer.generate_presigned_url(
        request, region_name=region, expires_in=PRESIGNED, operation_name="GetCallerIdentity"
    )
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


@frozen
class StaticToken:
    """A token that is what it is, such as one from a kubeconfig."""

    token: str = field(repr=False)

    def current(self) -> str:
        """Give it."""
        return self.token

    def renew(self, rejected: str) -> bool:
        """Say that there is no other."""
        del rejected
        return False


@define(eq=False)
class EksTokens:
    """Makes tokens for one cluster and keeps the last until it must be renewed; used from several threads.

    Takes what gives botocore credentials (asked anew each time, as they may be replaced) and the names; ``now`` gives
    the seconds since the epoch.
    """

    credentials: Callable[[], Any] = field(repr=False)
    cluster: str
    region: str
    partition: str = "aws"
    now: Callable[[], float] = time.time
    _token: str = field(init=False, default="", repr=False)
    _until: float = field(init=False, default=0.0)
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False)

    def current(self) -> str:
        """Give a token that lives for another minute at least, unless the credentials themselves end sooner."""
        with self._lock:
            if self.now() >= self._until:
                self._make()
            return self._token

    def renew(self, rejected: str) -> bool:
        """Replace a token that the server rejected; say whether there is another one now."""
        with self._lock:
            if self._token == rejected:
                self._make()
            return self._token != rejected

    def _make(self) -> None:
        try:
            credentials = self.credentials()
            made = eks_token(credentials, cluster=self.cluster, region=self.region, partition=self.partition)
        except Exception as error:
            raise ApiError(
                type(error).__name__,
                f"the AWS credentials can't be had any more: {error}",
                call="kubernetes.token",
                problem=Problem.DENIED,
                next_step="Renew the credentials (for SSO: aws sso login), then run again; what stands is kept.",
            ) from error
        self._token = made
        self._until = min(self.now() + LIFETIME, _end(credentials))


def _end(credentials: Any) -> float:
    """Give when credentials end (those that renew themselves say so), in seconds since the epoch."""
    expiry = getattr(credentials, "_expiry_time", None)
    if not isinstance(expiry, datetime):
        return float("inf")
    return expiry.astimezone(UTC).timestamp()
