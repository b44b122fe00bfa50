"""What the server refuses in otherwise well-formed objects. Source: Kubernetes API concepts, "Object Names and IDs"."""

import re
from typing import Any

from tasktool_infra.sandbox.kubernetes.errors import ApiError, Cause, bad_request, invalid
from tasktool_infra.sandbox.kubernetes.kinds import RBAC, Kind
from tasktool_infra.sandbox.kubernetes.paths import canonical
from tasktool_infra.sandbox.kubernetes.schema import SchemaError, check, prune

Json = dict[str, Any]

REGEX = "regex used for validation is"
LABEL_RULE = (
    "label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
    f"character (e.g. 'my-name',  or '123-abc', {REGEX} '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN_RULE = (
    "subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
    f"alphanumeric character (e.g. 'example.com', {REGEX} "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    f"end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', {REGEX} "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"(?=.{0,63}$)(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


def check_identity(kind: Kind, namespace: str, name: str, body: Json) -> None:
    """Raise ApiError (400) when a body is not the object that the address names."""
    said = (body.get("apiVersion", kind.api_version), body.get("kind", kind.name))
    if said != (kind.api_version, kind.name):
        raise bad_request(f"invalid object type: {_qualified(*said)}")
    metadata = body.get("metadata") or {}
    if name and metadata.get("name", name) != name:
        raise bad_request(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
    if metadata.get("namespace", namespace) != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")


def _qualified(version: str, kind: str) -> str:
    """Write a version and kind as the server does: the core group has an empty name before the slash."""
    return f"{version if '/' in version else '/' + version}, Kind={kind}"


def check_applied(kind: Kind, name: str, body: Json) -> None:
    """Raise ApiError for an applied object that says too little (400) or does not fit its schema (500)."""
    if "apiVersion" not in body or "kind" not in body:
        raise bad_request(f"invalid object type: {_qualified(body.get('apiVersion', ''), body.get('kind', ''))}")
    if not (body.get("metadata") or {}).get("name"):
        why = f"the name of the object ({name} based on URL) was undeterminable: name must be provided"
        raise bad_request(why)
    try:
        check(body, kind.type)
    except SchemaError as error:
        raise untypable(kind, body, error) from error


def untypable(kind: Kind, body: Json, error: SchemaError) -> ApiError:
    """Give the answer to an applied object that does not fit its schema."""
    metadata = body.get("metadata", {})
    identity = f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"
    where = f"{identity}; {_qualified(kind.api_version, kind.name)}"
    return ApiError(500, "", f"failed to create typed patch object ({where}): {error}")


def pruned(kind: Kind, body: Json, *, strict: bool) -> Json:
    """Give the body of a plain write without unknown fields; raises ApiError (400) for them when asked to be strict."""
    try:
        kept, unknown = prune(body, kind.type)
        check(kept, kind.type)
    except SchemaError as error:
        raise _undecodable(kind, str(error)) from error
    if unknown and strict:
        listed = ", ".join(f'unknown field "{path}"' for path in unknown)
        raise _undecodable(kind, f"strict decoding error: {listed}")
    result: Json = kept
    return result


def _undecodable(kind: Kind, why: str) -> ApiError:
    return bad_request(f'{kind.name} in version "{kind.version}" cannot be handled as a {kind.name}: {why}')


def check_uid(kind: Kind, live: Json, body: Json) -> None:
    """Raise ApiError (422) for a body that is meant for an object which is gone."""
    uid = (body.get("metadata") or {}).get("uid")
    if uid and uid != live["metadata"].get("uid"):
        cause = _cause("metadata.uid", f'"{uid}": field is immutable')
        raise invalid(kind.name, kind.group, live["metadata"]["name"], [cause])


def check_object(kind: Kind, old: Json | None, new: Json) -> None:
    """Raise ApiError (422) for illegal names and labels, and for changes of what can't be changed."""
    causes = (
        _name_causes(kind, new)
        + _label_causes(new)
        + _selector_causes(kind, new)
        + (_immutable_causes(kind, old, new) if old else [])
    )
    if causes:
        raise invalid(kind.name, kind.group, new["metadata"].get("name", ""), causes)


def _cause(field: str, message: str) -> Cause:
    return {"reason": "FieldValueInvalid", "message": f"Invalid value: {message}", "field": field}


def _name_causes(kind: Kind, value: Json) -> list[Cause]:
    name = value["metadata"].get("name")
    if not name:
        message = "Required value: name or generateName is required"
        return [{"reason": "FieldValueRequired", "message": message, "field": "metadata.name"}]
    short = kind.name in ("Namespace", "Service")
    if kind.group == RBAC or (LABEL if short else SUBDOMAIN).fullmatch(name):
        return []
    return [_cause("metadata.name", f'"{name}": a lowercase RFC 1123 {LABEL_RULE if short else SUBDOMAIN_RULE}')]


def _label_causes(value: Json) -> list[Cause]:
    labels = value["metadata"].get("labels") or {}
    wrong = [text for text in labels.values() if not LABEL_VALUE.fullmatch(text)]
    return [_cause("metadata.labels", f'"{text}": {LABEL_VALUE_RULE}') for text in wrong]


def _selector_causes(kind: Kind, value: Json) -> list[Cause]:
    """Compare a workload's selector with the labels of its pods."""
    wanted = _field(value, "spec.selector.matchLabels") or {}
    labels = _field(value, "spec.template.metadata.labels") or {}
    if not kind.scalable or wanted.items() <= labels.items():
        return []
    message = f"{canonical(labels)}: `selector` does not match template `labels`"
    return [_cause("spec.template.metadata.labels", message)]


def _immutable_causes(kind: Kind, old: Json, new: Json) -> list[Cause]:
    changed = [path for path in kind.immutable if _field(old, path) != _field(new, path)]
    return [_cause(path, f"{canonical(_field(new, path))}: {_refusal(path)}") for path in changed]


def _refusal(path: str) -> str:
    return "cannot change roleRef" if path == "roleRef" else "field is immutable"


def _field(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
