"""Sends the engine's calls to one Kubernetes API server through the kubernetes client.

Operations: ``get``, ``list`` (with a label ``selector`` and one of ``fields``), ``log`` (the last ``lines`` of a
container that ended), ``apply`` (server-side; parameters ``manifest``, ``force``, ``dry_run``), ``contested`` (who
holds the fields that an apply without force would conflict on), ``patch`` (JSON patch; the operations as ``patch``),
``delete`` (with the UID as precondition; ``propagation`` as the API names it) and ``token`` (a short-lived one of a
ServiceAccount, for an ``audience``).
"""

import json
import threading
from typing import Any

from attrs import define, field, frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError
from tasktool_infra.kube.access import ClusterAccess
from tasktool_infra.kube.answers import CONTESTED, FORBIDDEN, from_fault, from_response
from tasktool_infra.kube.paths import collection, path_of, path_of_manifest
from tasktool_infra.kube.rbac import way_out
from tasktool_infra.kube.secrets import guarded, without_secrets
from tasktool_infra.values.frozen import thaw
from tasktool_infra.values.secret import revealed

MANAGER = "tasktool-infra"
TIMEOUTS = (10, 30)
TOKEN_SECONDS = 600
"""The shortest life that the API server gives a token."""
APPLY, JSON_PATCH = "application/apply-patch+yaml", "application/json-patch+json"


@define(eq=False)
class KubeTransport:
    """The transport of one cluster; used from several threads."""

    access: ClusterAccess
    _client: Any = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)

    def send(self, call: Call) -> Any:
        """Give the answer as plain data. Raises ApiError."""
        parameters = revealed(thaw(call.parameters))
        if call.operation == "contested":
            return self._contested(call, parameters)
        return self._request(call, request_of(call.operation, parameters))

    @property
    def client(self) -> Any:
        """The kubernetes client, made when first needed."""
        return self._connected()

    def host(self, service: str) -> str:
        """Give the URL of the API server."""
        del service
        return str(self._connected().configuration.host)

    def close(self) -> None:
        """Give the connections back; a call that comes later makes new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.rest_client.pool_manager.clear()

    def _contested(self, call: Call, parameters: dict[str, Any]) -> dict[str, Any]:
        dry = {**parameters, "dry_run": True, "force": False}
        try:
            self._request(call, request_of("apply", dry))
        except ApiError as error:
            if error.code != CONTESTED:
                raise
            return {"causes": (error.detail.get("details") or {}).get("causes", [])}
        return {"causes": []}

    def _request(self, call: Call, request: "Request") -> Any:
        tokens = self.access.tokens
        token = tokens.current() if tokens else None
        status, data = self._exchange(call, request, token)
        if status == 401 and tokens and tokens.renew(token or ""):  # noqa: PLR2004
            status, data = self._exchange(call, request, tokens.current())
        if status >= 400:  # noqa: PLR2004
            raise self._explained(call, from_response(status, without_secrets(data, call.parameters), call.name))
        if call.operation == "log":
            return data.decode(errors="replace")
        try:
            return guarded(json.loads(data))
        except ValueError as error:
            # Something in between has answered in the place of the API server.
            raise from_fault(error, call.name, self._connected().configuration.host, self.access.hint) from error

    def _explained(self, call: Call, error: ApiError) -> ApiError:
        """Give an error; to a stranger with what would let it in, to others with the right that they lack."""
        if error.code == FORBIDDEN:
            error.next_step = way_out(call)
        if error.status == 401 and self.access.introduce is not None:  # noqa: PLR2004
            error.next_step = self.access.introduce()
        return error

    def _exchange(self, call: Call, request: "Request", token: str | None) -> tuple[int, bytes]:
        client = self._connected()
        headers = {"Accept": "application/json", "Content-Type": request.content_type}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        serialized = client.param_serialize(
            request.method,
            request.path,
            query_params=list(request.query),
            header_params=headers,
            body=request.body,
            auth_settings=[] if token is not None else ["BearerToken"],
        )
        try:
            response = client.call_api(*serialized, _request_timeout=TIMEOUTS)
            data: bytes = response.read()
        except Exception as error:
            raise from_fault(error, call.name, client.configuration.host, self.access.hint) from error
        return response.status, data

    def _connected(self) -> Any:
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self.access.connect()
        return self._client


@frozen
class Request:
    """What goes over the wire."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    content_type: str = "application/json"


def request_of(operation: str, parameters: dict[str, Any]) -> Request:
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
