"""How a cluster is reached: by its endpoint and CA with an EKS token, or by a context of the kubeconfig."""

import base64
import ssl
from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.kube.client import client_of, connection_of
from tasktool_infra.kube.connection import Connection, connection
from tasktool_infra.kube.kubeconfig import load_context
from tasktool_infra.kube.token import EksTokens, StaticToken


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

    def connect(self) -> Connection:
        """Give the way there; raises TasktoolError when the context or the certificates can't be used."""
        try:
            if self.context:
                return connection_of(self.context, self.run_id)
            return connection(self.endpoint, self.ca, self.run_id)
        except ssl.SSLError as error:
            raise self._unusable(error) from error

    def client(self) -> Any:
        """Give a client of the kubernetes library for anybody's use: it brings its token along.

        Raises as :meth:`connect` does.
        """
        from kubernetes.client import Configuration

        configuration: Any = Configuration(host=self.endpoint or None)
        if self.context:
            load_context(self.context, configuration)
        else:
            configuration.ca_cert_data = self.ca
        try:
            api, tokens = client_of(configuration, self.run_id), self.tokens
        except ssl.SSLError as error:
            raise self._unusable(error) from error
        if tokens is not None:

            def put(configuration: Any) -> None:
                configuration.api_key["BearerToken"] = f"Bearer {tokens.current()}"

            put(api.configuration)
            api.configuration.refresh_api_key_hook = put
        return api

    def _unusable(self, error: Exception) -> TasktoolError:
        whose = f"the kubeconfig context {self.context!r}" if self.context else f"the cluster at {self.endpoint}"
        said = f"The certificate authority or the client certificate of {whose} can't be used: {error}"
        return TasktoolError(said, next_step="They must be PEM; have the file written again.", problem=Problem.REFUSED)


def decoded_ca(data: str) -> str:
    """Give the PEM of a CA that the EKS API gives in base64."""
    return base64.b64decode(data).decode("ascii", errors="replace")
