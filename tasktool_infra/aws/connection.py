"""How AWS is reached: one session, one client for each service, credentials resolved once.

Endpoints, profiles and credentials come through the SDK's own variables and files. The libraries' retries are off: the
engine has the one retry mechanism.
"""

import os
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from attrs import define, field, frozen

from tasktool_infra._version import __version__
from tasktool_infra.aws import renewal
from tasktool_infra.aws.answers import misconfigured
from tasktool_infra.aws.authorization.denial import Caller
from tasktool_infra.engine.errors import ApiError, Problem
from tasktool_infra.values.urls import is_loopback

CONNECT_TIMEOUT, READ_TIMEOUT, POOL = 10, 30, 40


@frozen
class Embedded:
    """Another AWS than the shell's: endpoint and keys of a sandbox; variables, profiles and proxies do not count."""

    endpoint: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)


@frozen
class SessionKeys:
    """The credentials of a session, as STS gives them."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str = field(repr=False)


@define(eq=False)
class Connection:
    """A session and its clients.

    Takes the run id that every request carries in its user agent, a region (None: that of the shell's variables or
    profile) and, for a sandbox, what to reach instead of the shell's AWS. Clients may be used from several threads.
    ``keys`` are used in the place of whatever credentials would be found.
    """

    run_id: str
    region_wanted: str | None = None
    embedded: Embedded | None = None
    keys: SessionKeys | None = None
    caller: Caller | None = field(init=False, default=None)
    """Who calls, for messages; set once it is known."""
    _local: bool = field(init=False, default=False)
    """Whether the last client's endpoint was on this machine."""
    _session: Any = field(init=False)
    _clients: dict[str, Any] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)
    _renewing: threading.Lock = field(init=False, factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        """Make the session; raises ApiError for a broken configuration."""
        self._session = self._guarded(self._make_session)

    def _make_session(self) -> Any:
        # botocore is what boto3 stands on; boto3 itself would add a tenth of a second of imports for transfers.
        import botocore.session

        from tasktool_infra.aws.loading import loader

        if self.embedded is not None:
            nothing: Mapping[str, Any] = {
                name: (None, [], os.devnull, None) for name in ("config_file", "credentials_file")
            }
            core = botocore.session.Session(session_vars={**nothing, "profile": (None, [], None, None)})
            core.set_credentials(self.embedded.access_key_id, self.embedded.secret_access_key)
        else:
            core = botocore.session.get_session()
            _share_cache_with_the_cli(core)
        if self.keys is not None:
            core.set_credentials(self.keys.access_key_id, self.keys.secret_access_key, self.keys.token)
        core.register_component("data_loader", loader(core))
        return core

    def acting(self, keys: SessionKeys) -> "Connection":
        """Give a connection to the same AWS with the credentials of a session."""
        return Connection(self.run_id, self.region, self.embedded, keys)

    @property
    def region(self) -> str | None:
        """The region that calls go to, or None when nobody named one."""
        name = self.region_wanted or self._from_shell()
        return str(name) if name else None

    def _from_shell(self) -> str | None:
        # botocore knows the older variable only; all other SDKs let this one win.
        named: str | None = os.environ.get("AWS_REGION") or self._session.get_config_variable("region")
        return named

    def partition(self) -> str:
        """Give the partition of the region, such as ``aws`` or ``aws-cn``."""
        from botocore.exceptions import UnknownRegionError

        try:
            return str(self._session.get_partition_for_region(self.region))
        except UnknownRegionError:
            return "aws"

    def credentials(self) -> Any:
        """Resolve the credentials, once; asks for an MFA code or says to log in by SSO when the profile wants it.

        Raises ApiError when there are none or they can't be had.
        """
        found = self._guarded(self._found)
        if found is None:
            raise ApiError(
                "NoCredentials",
                "there are no AWS credentials",
                call="aws",
                problem=Problem.DENIED,
                next_step="Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or try it with --sandbox.",
            )
        self._guarded(found.get_frozen_credentials)
        return found

    def _found(self) -> Any:
        if self.embedded is None and self.keys is None and not (sys.stdin and sys.stdin.isatty()):
            renewal.ask_nobody(self._session, renewal.NO_TERMINAL)
        return self._session.get_credentials()

    def key(self) -> str:
        """Give the access key id that calls are signed with now; raises as :meth:`credentials` does."""
        return str(self._guarded(self.credentials().get_frozen_credentials).access_key)

    def renew(self, ended: str) -> bool:
        """Look for credentials anew, once AWS has said that those with this key ended; say whether there are others.

        Whoever has logged in again meanwhile, in another terminal too, is not stopped. Raises Refused when what is
        found is of another account.
        """
        with self._renewing:
            fixed = self.embedded is not None or self.keys is not None
            if fixed or self.key() != ended:
                return not fixed
            session = self._guarded(self._make_session)
            renewal.ask_nobody(session)
            found = self._guarded(session.get_credentials)
            if found is None or self._guarded(found.get_frozen_credentials).access_key == ended:
                return False
            if self.caller is not None:
                renewal.check(self._made(session, "sts"), self.caller)
            with self._lock:
                # Calls under way end with the clients that they have.
                self._session, self._clients = session, {}
            return True

    def expiry(self) -> datetime | None:
        """Give when the credentials end, or None for such as don't."""
        # botocore says it nowhere else.
        found = getattr(self.credentials(), "_expiry_time", None)
        return found if isinstance(found, datetime) else None

    def endpoint(self, service: str) -> str:
        """Give the URL that calls to a service go to."""
        return str(self.client(service).meta.endpoint_url)

    def client(self, service: str) -> Any:
        """Give the client of a service, made when first needed."""
        client = self._clients.get(service)
        if client is None:
            # Clients are made one after the other: side by side takes longer.
            with self._lock:
                if service not in self._clients:
                    self._clients[service] = self._guarded(lambda: self._made(self._session, service))
                client = self._clients[service]
        return client

    def close(self) -> None:
        """Give the sockets back; clients that are needed again are made again."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _made(self, session: Any, service: str) -> Any:
        url = self.embedded.endpoint if self.embedded is not None else None
        make = partial(session.create_client, service, region_name=self.region, endpoint_url=url)
        client = make(config=self._config(local=self._local))
        local = url is not None or is_loopback(client.meta.endpoint_url)
        if local != self._local:
            # Most often all services are at one place, so that the next is made once.
            self._local = local
            client = make(config=self._config(local=local))
        return client

    def _config(self, *, local: bool) -> Any:
        from botocore.config import Config

        # A proxy of the shell can't reach this machine's loopback, and no name server knows bucket.localhost.
        more: dict[str, Any] = {"proxies": {}, "s3": {"addressing_style": "path"}} if local else {}
        return Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "standard", "total_max_attempts": 1},
            max_pool_connections=POOL,
            user_agent=self._agent(),
            **more,
        )

    def _agent(self) -> str:
        """Give what says who calls; botocore would put its own longer form together anew, twice for every call."""
        named = self._session.get_config_variable("user_agent_appid")
        application = f" app/{named}" if named else ""
        return f"{self._session.user_agent()}{application} tasktool-infra/{__version__} run/{self.run_id}"

    def _guarded(self, make: Any) -> Any:
        try:
            return make()
        except Exception as error:
            raise misconfigured(error) from error


def _share_cache_with_the_cli(core: Any) -> None:
    """Keep session credentials where the AWS CLI keeps them, so that an MFA code is asked once for both."""
    from botocore.credentials import JSONFileCache

    providers = core.get_component("credential_provider")
    cache = JSONFileCache(os.path.expanduser("~/.aws/cli/cache"))  # noqa: PTH111 - botocore's own form
    for provider in providers.providers:
        if provider.METHOD in ("assume-role", "assume-role-with-web-identity", "sso"):
            provider.cache = cache
