"""The way to one API server: connections that trust its certificate authority alone, and what lets the caller in.

By urllib3, as the kubernetes client itself: importing that costs a quarter of a second, and serves typed calls only.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from attrs import frozen

from tasktool_infra._version import __version__
from tasktool_infra.values.frozen import layer
from tasktool_infra.values.secret import Secret
from tasktool_infra.values.urls import is_loopback

POOL = 32
TIMEOUTS = (10, 30)
"""Seconds to connect, and to wait for more of an answer."""
Headers = dict[str, str]


class Answer(NamedTuple):
    """What came back: the headers by their names in lower case."""

    status: int
    data: bytes
    headers: dict[str, str]


@frozen(kw_only=True, eq=False)
class Connection:
    """A pool of connections to ``host`` (an URL); used from several threads.

    ``tls`` is None where nothing vouches for the server; ``credentials`` gives the headers that let the caller in.
    """

    host: str
    agent: str
    pool: Any
    tls: Any = None
    server_name: str = ""
    credentials: Callable[[], Headers] = dict

    def request(
        self, method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: Any
    ) -> Answer:
        """Send frozen or plain data as JSON, secrets in it as they are; nothing for None. Raises urllib3's errors."""
        import urllib3

        response = self.pool.request(
            method,
            self.url(path, query),
            body=None if body is None else json.dumps(body, default=_as_sent),
            headers={"User-Agent": self.agent, **headers},
            timeout=urllib3.Timeout(connect=TIMEOUTS[0], read=TIMEOUTS[1]),
            preload_content=False,
        )
        return Answer(response.status, response.data, {name.lower(): said for name, said in response.headers.items()})

    def url(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> str:
        """Give the URL of a path."""
        return f"{self.host}{path}{'?' if query else ''}{urlencode(query)}"

    def close(self) -> None:
        """Give the connections back."""
        self.pool.clear()


def _as_sent(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else layer(value)


def agent(run_id: str) -> str:
    """Give what we are called in the cluster's audit log."""
    return f"tasktool-infra/{__version__} run/{run_id}"


def connection(endpoint: str, ca: str, run_id: str) -> Connection:
    """Give the way to an endpoint by its CA (PEM), through the proxy that the shell names for it."""
    import urllib3

    tls = trusting(cadata=ca) if endpoint.startswith("https") else None
    options: dict[str, Any] = {"ssl_context": tls, "maxsize": POOL, "retries": no_retries()}
    proxy = proxy_for(endpoint)
    if proxy:
        user = urlsplit(proxy).netloc.rpartition("@")[0]
        known = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
        pool: Any = urllib3.ProxyManager(proxy, proxy_headers=known, **options)
    else:
        pool = urllib3.PoolManager(**options)
    return Connection(host=endpoint.rstrip("/"), agent=agent(run_id), pool=pool, tls=tls)


def proxy_for(endpoint: str) -> str:
    """Give the proxy by which the shell wants an endpoint to be reached, if any; never one to this machine."""
    proxies, place = getproxies(), urlsplit(endpoint)
    if is_loopback(endpoint) or proxy_bypass(place.netloc):
        return ""
    return proxies.get(place.scheme) or proxies.get("all", "")


def no_retries() -> Any:
    """Give that urllib3 tries nothing again: the engine does."""
    import urllib3

    return urllib3.Retry(0, redirect=0, respect_retry_after_header=False)


def trusting(*, cadata: str | None = None, cafile: str | None = None) -> Any:
    """Give a TLS context as Python 3.12 had it.

    From 3.13 on, certificates without an Authority Key Identifier are refused (VERIFY_X509_STRICT); clusters have such.
    """
    import ssl

    context = ssl.create_default_context(cadata=cadata or None, cafile=cafile)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
