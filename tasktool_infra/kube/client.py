"""A client of the kubernetes library: for whoever wants one, and for the way to where a context leads."""

from typing import Any

from tasktool_infra.kube.connection import POOL, Connection, Headers, agent, no_retries, trusting
from tasktool_infra.kube.kubeconfig import load_context
from tasktool_infra.values.urls import is_loopback


def connection_of(context: str, run_id: str) -> Connection:
    """Give the way to where a context leads, with its own credentials.

    The library knows every way in which a kubeconfig may say who you are. Raises as :func:`load_context` does, and
    SSLError for certificates that can't be used.
    """
    from kubernetes import client

    configuration = client.Configuration()
    load_context(context, configuration)
    api = client_of(configuration, run_id)

    def credentials() -> Headers:
        headers: Headers = {}
        api.update_params_for_auth(headers, None, ["BearerToken"], "", "", None)
        return headers

    return Connection(
        host=configuration.host,
        agent=api.user_agent,
        pool=api.rest_client.pool_manager,
        tls=api.rest_client.pool_manager.connection_pool_kw.get("ssl_context"),
        server_name=configuration.tls_server_name or "",
        credentials=credentials,
    )


def client_of(configuration: Any, run_id: str) -> Any:
    """Give a client that tries nothing again by itself. Raises SSLError for certificates that can't be used."""
    from kubernetes import client

    if is_loopback(configuration.host):
        configuration.proxy = None
    configuration.retries = no_retries()
    configuration.connection_pool_maxsize = POOL
    api = client.ApiClient(configuration)
    api.user_agent = agent(run_id)
    if configuration.verify_ssl and configuration.host.startswith("https"):
        api.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _tls(configuration)
    return api


def _tls(configuration: Any) -> Any:
    context = trusting(cadata=_text(configuration.ca_cert_data), cafile=configuration.ssl_ca_cert)
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def _text(pem: str | bytes | None) -> str | None:
    return pem.decode("ascii") if isinstance(pem, bytes) else pem or None
