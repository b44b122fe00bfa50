"""Which rights a call to the Kubernetes API needs, as RBAC has them: from this come exact messages and roles.

Source: Kubernetes documentation, authorization. Server-side apply needs ``patch``, and ``create`` where nothing is yet.
"""

import json
from typing import Any

from attrs import frozen

from tasktool_infra.engine.calls import Call
from tasktool_infra.kube.paths import served
from tasktool_infra.kube.retries import SERVICE


@frozen
class Right:
    """One verb on objects of one kind; without ``namespace`` in the whole cluster, without ``name`` all objects."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""


_VERBS = {"get": ("get",), "list": ("list",), "patch": ("patch",), "delete": ("delete",), "contested": ("patch",)}


def rights(call: Call) -> tuple[Right, ...]:
    """Give what a caller must be allowed to make a call. Raises KeyError for an operation that is not known."""
    parameters = call.parameters
    if call.operation == "log":
        return (Right("get", "", "pods/log", parameters["namespace"], parameters["name"]),)
    if call.operation == "token":
        return (Right("create", "", "serviceaccounts/token", parameters["namespace"], parameters["name"]),)
    if call.operation == "review":
        return (Right("create", "authorization.k8s.io", "selfsubjectaccessreviews"),)
    if "manifest" in parameters:
        manifest = parameters["manifest"]
        about = {**manifest["metadata"], "api_version": manifest["apiVersion"], "kind": manifest["kind"]}
    else:
        about = dict(parameters)
    # Nobody can be allowed to create by name: the name is not looked at. Source: Kubernetes, RBAC, resourceNames.
    creating = (_right("create", {**about, "name": ""}),) if call.operation == "apply" else ()
    verbs = ("patch",) if call.operation == "apply" else _VERBS[call.operation]
    return (*(_right(verb, about) for verb in verbs), *creating)


def _right(verb: str, about: dict[str, Any]) -> Right:
    known = served(about["api_version"], about["kind"])
    group, _, _ = about["api_version"].rpartition("/")
    namespace = about.get("namespace", "") if known.namespaced else ""
    return Right(verb, group, known.plural, namespace, about.get("name", ""))


def review(right: Right) -> Call:
    """Give the call that asks whether the caller has a right; everybody who is known may ask that."""
    resource, _, subresource = right.resource.partition("/")
    about = {"verb": right.verb, "group": right.group, "resource": resource, "subresource": subresource}
    return Call(SERVICE, "review", {**about, "namespace": right.namespace, "name": right.name})


def way_out(call: Call) -> str:
    """Give the next step for a call that the cluster forbids: the rule that would allow it."""
    needed = rights(call)
    first = needed[0]
    rule = {"apiGroups": [first.group], "resources": [first.resource], "verbs": [right.verb for right in needed]}
    where = f"a Role in the namespace {first.namespace}" if first.namespace else "a ClusterRole"
    return f"The caller needs {where} with this rule:\n{json.dumps(rule)}\nThen run again."
