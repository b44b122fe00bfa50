"""How a cluster is reached: by its endpoint and CA with an EKS token, or by a context of the kubeconfig."""

import base64
import ssl
from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from tasktool_infra._version import __version__
from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.kube.kubeconfig import load_context
from tasktool_infra.kube.token import EksTokens, StaticToken
from tasktool_infra.values.urls import is_loopback

POOL = 32


@frozen(kw_only=True)
class ClusterAccess:
    """Where a cluster is and how to be let in.

    Either ``endpoint`` and ``ca`` (PEM) with ``tokens``, or the name of a kubeconfig ``context``, whose own
    credentials are then used.
    """

    run_id: str
    endpoint: str = ""
    ca: str = field(default="", repr=False)
    tokens: EksTokens | StaticToken | None = None
    context: str = ""
    hint: str = ""
    """What is known of why the endpoint may not be reached, for messages."""
    introduce: Callable[[], str] | None = field(default=None, repr=False)
    """Finds out what would let in a caller whom the cluster does not know; asked only when it does not."""

    def client(self) -> Any:
        """Give a client for anybody's use: it brings its token along. Raises as :meth:`connect` does."""
        api, tokens = self.connect(), self.tokens
        if tokens is not None:

            def put(configuration: Any) -> None:
                configuration.api_key["BearerToken"] = f"Bearer {tokens.current()}"

            put(api.configuration)
            api.configuration.refresh_api_key_hook = put
        return api

    def connect(self) -> Any:
        """Give a client; raises TasktoolError when the context or its certificates can't be used."""
        from kubernetes import client

        configuration = client.Configuration(host=self.endpoint or None)
        if self.context:
            load_context(self.context, configuration)
        else:
            configuration.ca_cert_data = self.ca
        try:
            return _client(client, configuration, self.run_id)
        except ssl.SSLError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> TasktoolError:
        whose = f"the kubeconfig context {self.context!r}" if self.context else f"the cluster at {self.endpoint}"
        said = f"The certificate authority or the client certificate of {whose} can't be used: {error}"
        return TasktoolError(said, next_step="They must be PEM; have the file written again.", problem=Problem.REFUSED)


def decoded_ca(data: str) -> str:
    """Give the PEM of a CA that the EKS API gives in base64."""
    return base64.b64decode(data).decode("ascii", errors="replace")


def _client(client: Any, configuration: Any, run_id: str) -> Any:
    import urllib3

    if is_loopback(configuration.host):
        configuration.proxy = None
    configuration.retries = urllib3.Retry(0, redirect=0, respect_retry_after_header=False)
    configuration.connection_pool_maxsize = POOL
    api = client.ApiClient(configuration)
    api.user_agent = f"tasktool-infra/{__version__} run/{run_id}"
    if configuration.verify_ssl and configuration.host.startswith("https"):
        api.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _tls(configuration)
    return api


def _tls(configuration: Any) -> Any:
    """Give a TLS context as Python 3.12 had it.

    From 3.13 on, certificates without an Authority Key Identifier are refused (VERIFY_X509_STRICT); clusters have such.
    """
    context = ssl.create_default_context(cadata=_text(configuration.ca_cert_data), cafile=configuration.ssl_ca_cert)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def _text(pem: str | bytes | None) -> str | None:
    return pem.decode("ascii") if isinstance(pem, bytes) else pem or None
