"""Sends the engine's calls to one Kubernetes API server.

Operations: ``get``, ``list`` (with a label ``selector`` and one of ``fields``), ``log`` (the last ``lines`` of a
container that ended), ``apply`` (server-side; parameters ``manifest``, ``force``, ``dry_run``), ``contested`` (who
holds the fields that an apply without force would conflict on), ``patch`` (JSON patch; the operations as ``patch``),
``delete`` (with the UID as precondition; ``propagation`` as the API names it), ``token`` (a short-lived one of a
ServiceAccount, for an ``audience``) and ``review`` (whether the caller may do what the parameters say).
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.answers import CONTESTED, FORBIDDEN, from_fault, from_response, read
from tasktool_infra.kube.connection import Answer, Connection
from tasktool_infra.kube.paths import collection, path_of, path_of_manifest
from tasktool_infra.kube.rbac import way_out
from tasktool_infra.kube.retries import SERVICE
from tasktool_infra.kube.secrets import guarded, without_secrets
from tasktool_infra.values import skew

MANAGER, BEARER = "tasktool-infra", "Bearer "
TOKEN_SECONDS = 600
"""The shortest life that the API server gives a token."""
REVIEWS = "authorization.k8s.io/v1"
APPLY, JSON_PATCH = "application/apply-patch+yaml", "application/json-patch+json"


@define(eq=False)
class KubeTransport:
    """The transport of one cluster; used from several threads."""

    access: ClusterAccess
    _connection: Connection | None = field(init=False, default=None)
    _renewed: bool = field(init=False, default=False)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def send(self, call: Call) -> Any:
        """Give the answer as plain data. Raises ApiError."""
        if call.operation == "contested":
            return self._contested(call)
        return self._request(call, request_of(call.operation, call.parameters))

    @property
    def connection(self) -> Connection:
        """The way to the API server, made when first needed."""
        with self._lock:
            if self._connection is None:
                self._connection = self.access.connect()
            return self._connection

    def credentials(self) -> dict[str, str]:
        """Give the headers that let the caller in."""
        tokens = self.access.tokens
        return bearer(tokens.current()) if tokens else self.connection.credentials()

    def host(self, service: str) -> str:
        """Give the URL of the API server."""
        del service
        return self.connection.host

    def close(self) -> None:
        """Give the connections back; a call that comes later makes new ones."""
        with self._lock:
            known, self._connection = self._connection, None
        if known is not None:
            known.close()

    def _contested(self, call: Call) -> dict[str, Any]:
        dry = {**call.parameters, "dry_run": True, "force": False}
        try:
            self._request(call, request_of("apply", dry))
        except ApiError as error:
            if error.code != CONTESTED:
                raise
            return {"causes": error.detail.get("details", {}).get("causes", [])}
        return {"causes": []}

    def _request(self, call: Call, request: "Request") -> Any:
        way, known = self.connection, self.credentials()
        status, data, headers = self._exchange(call, request, way, known)
        if status == 401 and self._renew(way, known):  # noqa: PLR2004
            way = self.connection
            status, data, headers = self._exchange(call, request, way, self.credentials())
        if status >= 400:  # noqa: PLR2004
            # Who is not let in at all is told so once, whatever was asked for.
            asked = SERVICE if status == 401 else call.name  # noqa: PLR2004
            error = from_response(status, without_secrets(data, call.parameters), asked)
            raise self._explained(call, error, headers)
        if call.operation == "log":
            return data.decode(errors="replace")
        try:
            return guarded(read(data))
        except ValueError as error:
            # Something in between has answered in the place of the API server.
            raise from_fault(error, call.name, way.host, self.access.hint) from error

    def _renew(self, way: Connection, known: dict[str, str]) -> bool:
        """Look once for other credentials than those that were rejected; say whether there are any."""
        tokens = self.access.tokens
        if tokens is not None:
            return tokens.renew(known["Authorization"].removeprefix(BEARER))
        with self._lock:
            if self._connection is not way:
                return True
            if self._renewed:
                return False
            # What a program or a file of the kubeconfig gave has ended: it may give another by now.
            self._connection, self._renewed = self.access.connect(), True
            return True

    def _explained(self, call: Call, error: ApiError, headers: Mapping[str, str]) -> ApiError:
        """Give an error; to a stranger with what would let it in, to others with the right that they lack.

        A token has its time: where the clock is wrong, nothing is known of who was turned down.
        """
        if error.code == FORBIDDEN:
            error.next_step = way_out(call)
        if error.status == 401:  # noqa: PLR2004
            clock = skew.told(skew.ahead(headers, datetime.now(UTC)), "the cluster")
            introduced = "" if clock or self.access.introduce is None else self.access.introduce()
            error.next_step = clock or self._by_context(introduced) or error.next_step
        return error

    def _by_context(self, introduced: str) -> str:
        """Tell whose credentials were not taken: those of a context need not be the caller's of AWS."""
        if not self.access.context:
            return introduced
        name = self.access.context
        said = (
            f"The credentials of the kubeconfig context {name!r} were not taken: log in there again, or see with:"
            f" kubectl --context {name} auth whoami"
        )
        return f"{said}\nWhere they come from EKS: {introduced}" if introduced else said

    def _exchange(self, call: Call, request: "Request", way: Connection, known: dict[str, str]) -> Answer:
        headers = {"Accept": "application/json", "Content-Type": request.content_type, **known}
        try:
            return way.request(request.method, request.path, request.query, headers, request.body)
        except Exception as error:
            raise from_fault(error, call.name, way.host, self.access.hint) from error


def bearer(token: str) -> dict[str, str]:
    """Give the header by which a token lets its bearer in."""
    return {"Authorization": f"{BEARER}{token}"}


@frozen
class Request:
    """What goes over the wire."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    content_type: str = "application/json"


def request_of(operation: str, parameters: Mapping[str, Any]) -> Request:
    """Give the request that a call means."""
    if operation == "apply":
        query = [("fieldManager", MANAGER), ("fieldValidation", "Strict")]
        query += [("force", "true")] if parameters.get("force") else []
        query += [("dryRun", "All")] if parameters.get("dry_run") else []
        manifest = parameters["manifest"]
        return Request("PATCH", path_of_manifest(manifest), tuple(query), manifest, APPLY)
    if operation == "list":
        where = collection(parameters["api_version"], parameters["kind"], parameters.get("namespace", ""))
        names = {"selector": "labelSelector", "fields": "fieldSelector"}
        return Request(
            "GET", where, tuple((word, parameters[name]) for name, word in names.items() if parameters.get(name))
        )
    if operation == "log":
        query = [("container", parameters["container"]), ("previous", "true"), ("tailLines", str(parameters["lines"]))]
        return Request("GET", f"{path_of('v1', 'Pod', parameters['namespace'], parameters['name'])}/log", tuple(query))
    if operation == "review":
        asked = {"apiVersion": REVIEWS, "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": parameters}}
        return Request("POST", f"/apis/{REVIEWS}/selfsubjectaccessreviews", body=asked)
    path = path_of(parameters["api_version"], parameters["kind"], parameters.get("namespace", ""), parameters["name"])
    if operation == "get":
        return Request("GET", path)
    if operation == "token":
        spec = {"audiences": [parameters["audience"]], "expirationSeconds": TOKEN_SECONDS}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        return Request("POST", f"{path}/token", body=body)
    if operation == "patch":
        return Request("PATCH", path, (("fieldManager", MANAGER),), parameters["patch"], JSON_PATCH)
    body = {
        "propagationPolicy": parameters.get("propagation", "Background"),
        "preconditions": {"uid": parameters["uid"]},
    }
    return Request("DELETE", path, body=body)
