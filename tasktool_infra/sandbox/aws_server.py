"""The AWS side: moto's server on loopback, with an EKS cluster and its identity provider in it."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from moto.eks.models import eks_backends
from moto.iam.models import iam_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.utilities.utils import get_partition
from werkzeug.serving import make_server

from tasktool_infra.sandbox import moto_patches
from tasktool_infra.sandbox.authorization.enforcement import Enforced

ENVIRONMENT = {"MOTO_ALLOW_NONEXISTENT_REGION": "true"}
"""What moto reads from the environment: regions that do not exist (`local`) are served too."""
KUBERNETES_VERSION = "1.36"


class _Handler(MotoRequestHandler):
    """Logs no requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart: an answer would wait 40 ms for an acknowledgement

    def log_request(self, *_: Any) -> None:
        """Says nothing: the log is for failures."""


@contextlib.contextmanager
def aws_server(account: str, activity: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Run moto in threads of this process for as long as the block lasts; gives its endpoint.

    Starts empty and leaves moto empty. `activity` is called for every request. The account is a matter of the process:
    two servers at once share everything.
    """
    application = Enforced(DomainDispatcherApplication(create_backend_app), account)

    def counted(environ: dict[str, Any], respond: Any) -> Iterable[bytes]:
        activity()
        answer: Iterable[bytes] = application(environ, respond)
        return answer

    moto_patches.apply()
    with _environment(ENVIRONMENT | {"MOTO_ACCOUNT_ID": account}):
        moto_api_backend.reset()
        server = make_server("127.0.0.1", 0, counted, threaded=True, request_handler=_Handler)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), name="sandbox-aws", daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
            moto_api_backend.reset()


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def plant_cluster(
    account: str,
    region: str,
    name: str,
    *,
    endpoint: str,
    ca: str,
    issuer: str,
    keys: Callable[[], Mapping[str, Any]] = dict,
) -> None:
    """Put an ACTIVE cluster into EKS and its identity provider into IAM, unmarked, as eksctl makes it.

    `ca` is the certificate authority in base64; `keys` gives the JWKS of the issuer, with which STS checks its tokens.
    """
    partition = get_partition(region)
    role = f"arn:{partition}:iam::{account}:role/eksctl-{name}-cluster-ServiceRole"
    network = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
    cluster = eks_backends[account][region].create_cluster(name, role, network, version=KUBERNETES_VERSION)
    cluster.endpoint = endpoint
    cluster.certificate_authority = {"data": ca}
    cluster.identity = {"oidc": {"issuer": issuer}}
    cluster.signing_keys = keys  # type: ignore[attr-defined]
    iam = iam_backends[account][partition]
    iam.create_open_id_connect_provider(issuer, thumbprint_list=[], client_id_list=["sts.amazonaws.com"], tags=[])


def secret_of(account: str, region: str, access_key: str) -> str | None:
    """Give the secret of an access key that IAM or STS of this account gave out, None for any other."""
    key = iam_backends[account][get_partition(region)].access_keys.get(access_key)
    return None if key is None else str(key.secret_access_key)
