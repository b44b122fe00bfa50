"""Which object or list a path names. Source: Kubernetes API concepts, "Resource URIs"."""

from tasktool_infra.sandbox.kubernetes.errors import ApiError, PageNotFoundError, resource_not_found
from tasktool_infra.sandbox.kubernetes.kinds import BY_ADDRESS, KINDS, Kind
from tasktool_infra.sandbox.kubernetes.targets import Target

LONGEST = 3
"""Plural, name and subresource."""


def parse(path: str) -> Target:
    """Give the target of a path under /api or /apis; its name is empty for a list; raises ApiError (404)."""
    parts = path.strip("/").split("/")
    group, rest = ("", parts[1:]) if parts[0] == "api" else ("".join(parts[1:2]), parts[2:])
    version, rest = "".join(rest[:1]), rest[1:]
    namespace = ""
    if rest[:1] == ["namespaces"] and (group, version, "".join(rest[2:3])) in BY_ADDRESS:
        namespace, rest = rest[1], rest[2:]
    kind = BY_ADDRESS.get((group, version, "".join(rest[:1])))
    if kind is None or (parts[0] == "api") != (group == "") or len(rest) > LONGEST:
        raise _not_found(parts[0], group)
    name, subresource = (*rest[1:], "", "")[:2]
    return _checked(Target(kind, namespace, name, subresource))


def _checked(target: Target) -> Target:
    """Raise ApiError (404) for a scope or subresource that the kind does not have."""
    kind = target.kind
    wrong_scope = bool(target.namespace) != kind.namespaced and bool(target.namespace or target.name)
    if wrong_scope or target.subresource not in ("", *subresources(kind)):
        raise resource_not_found()
    return target


def _not_found(root: str, group: str) -> ApiError:
    """Give the answer for an address without a kind: a built-in group that is served says so, any other is unknown."""
    served = {kind.group for kind in KINDS if not kind.custom}
    known = group in served and (root == "api") == (group == "")
    return resource_not_found() if known else PageNotFoundError()


def subresources(kind: Kind) -> tuple[str, ...]:
    """Give the subresources of a kind."""
    token = ("token",) if kind.name == "ServiceAccount" else ()
    return token + (("status",) if kind.status else ()) + (("scale",) if kind.scalable else ())
