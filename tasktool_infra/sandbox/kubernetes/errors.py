"""The server's refusals, with the Status objects of the real one. Source: apimachinery, package api/errors."""

from collections.abc import Sequence
from typing import Any

Cause = dict[str, str]


class ApiError(Exception):
    """A refusal: an HTTP code and the body that goes with it (a Status, or plain text)."""

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            **({"reason": reason} if reason else {}),
            **({} if details is None else {"details": details}),
            "code": code,
        }


class PageNotFoundError(ApiError):
    """An address that nothing is served at: an unknown group, version or custom resource. Plain text."""

    def __init__(self) -> None:
        super().__init__(404, "NotFound", "404 page not found\n")


def details(plural: str, group: str, name: str, causes: Sequence[Cause] = ()) -> dict[str, Any]:
    """Give what a Status says about the object: `kind` is the plural there."""
    known = {"name": name, "group": group, "kind": plural}
    return {key: value for key, value in known.items() if value} | ({"causes": list(causes)} if causes else {})


def qualified(plural: str, group: str) -> str:
    """`deployments.apps`, or `pods` in the core group."""
    return f"{plural}.{group}" if group else plural


def not_found(plural: str, group: str, name: str) -> ApiError:
    """Say that the object does not exist; for a missing namespace the plural is `namespaces`."""
    message = f'{qualified(plural, group)} "{name}" not found'
    return ApiError(404, "NotFound", message, details(plural, group, name))


def already_exists(plural: str, group: str, name: str) -> ApiError:
    """Refuse to create what stands."""
    message = f'{qualified(plural, group)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, details(plural, group, name))


def conflict(what: str, group: str, name: str, why: str) -> ApiError:
    """Refuse a write (`what` is the plural) or deletion (the kind) whose precondition is not met."""
    message = f'Operation cannot be fulfilled on {qualified(what, group)} "{name}": {why}'
    return ApiError(409, "Conflict", message, details(what, group, name))


def modified(plural: str, group: str, name: str) -> ApiError:
    """Refuse a write with an old resourceVersion."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(plural, group, name, why)


def apply_conflict(message: str, causes: Sequence[Cause]) -> ApiError:
    """Refuse an unforced apply of fields that others own."""
    return ApiError(409, "Conflict", message, {"causes": list(causes)})


def invalid(kind: str, group: str, name: str, causes: Sequence[Cause]) -> ApiError:
    """Refuse values that the kind forbids, one cause for each field."""
    said = [f"{cause['field']}: {cause['message']}" for cause in causes]
    listed = said[0] if len(said) == 1 else "[" + ", ".join(said) + "]"
    message = f'{qualified(kind, group)} "{name}" is invalid: {listed}'
    return ApiError(422, "Invalid", message, details(kind, group, name, causes))


def terminating(plural: str, group: str, name: str, namespace: str) -> ApiError:
    """Refuse a creation in a namespace that is going away."""
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    why = f"unable to create new content in namespace {namespace} because it is being terminated"
    message = f'{qualified(plural, group)} "{name}" is forbidden: {why}'
    return ApiError(403, "Forbidden", message, details(plural, group, name, [cause]))


def bad_request(message: str) -> ApiError:
    """Refuse a request that makes no sense."""
    return ApiError(400, "BadRequest", message)


def unsupported_media(given: str, served: Sequence[str]) -> ApiError:
    """Refuse a body in a form that is not served, as protobuf."""
    message = f"the body of the request was in an unknown format - accepted media types include: {', '.join(served)}"
    return ApiError(415, "UnsupportedMediaType", f"{message} (got {given})" if given else message)


def method_not_allowed() -> ApiError:
    """Refuse a verb that the address does not have."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def resource_not_found() -> ApiError:
    """Say that a group that is served has no such version, resource or subresource."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def unauthorized() -> ApiError:
    """Refuse a caller without a good token; as the real server, without a reason that would help an attacker."""
    return ApiError(401, "Unauthorized", "Unauthorized")
