"""A gate in front of both APIs that lets through what policies and roles allow, as AWS and the cluster would."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from attrs import define, field

from tasktool_infra.aws.authorization.evaluation import Request, evaluate
from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import ApiError, Problem
from tasktool_infra.kube.rbac import Right, rights
from tasktool_infra.kube.transport import KubeTransport
from tasktool_infra.least_privilege.grant import Grant
from tasktool_infra.sandbox.authorization.callers import role_paths
from tests.crash.cloud import ACCOUNT, REGION, Cloud

PLACE = Place(ACCOUNT, "aws", REGION)


@define(eq=False)
class Guard:
    """Holds every call against a grant; ``used`` and ``used_rights`` are what was asked for and allowed.

    ``without`` is an action, or a verb on a kind, that is refused although it is granted.
    """

    grant: Grant
    without: str = ""
    used: set[Need] = field(factory=set)
    used_rights: set[Right] = field(factory=set)
    refused: list[str] = field(factory=list)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand before both APIs."""
        for api, check in ((Cloud, self._aws), (KubeTransport, self._cluster)):
            patch.setattr(api, "send", _checked(check, api.send))

    def _aws(self, call: Call) -> None:
        paths = {str(call.parameters.get("RoleName")): "/", **role_paths(ACCOUNT, "aws")}
        for need in needs(call, PLACE, paths):
            context = {"iam:PolicyARN": (arn,)} if (arn := call.parameters.get("PolicyArn")) else {}
            request = Request(action=need.action, resource=need.resource, context=context)
            if need.action == self.without or not evaluate(request, self.grant.policies).allowed:
                self._refuse(call, "AccessDenied", f"not authorized to perform: {need.action} on {need.resource}")
            self.used.add(need)

    def _cluster(self, call: Call) -> None:
        for right in rights(call):
            if f"{right.verb} {right.resource}" == self.without or not any(
                _covers(rule, right) for rule in self._rules(right.namespace)
            ):
                self._refuse(call, "Forbidden", f"cannot {right.verb} {right.resource} {right.name}")
            self.used_rights.add(right)

    def _rules(self, namespace: str) -> Iterator[Mapping[str, Any]]:
        for item in self.grant.roles["items"]:
            if item["kind"] == "ClusterRole" or (item["kind"] == "Role" and item["metadata"]["namespace"] == namespace):
                yield from item["rules"]

    def _refuse(self, call: Call, code: str, said: str) -> None:
        self.refused.append(said)
        raise ApiError(code, said, call=call.name, status=403, problem=Problem.DENIED)


def _checked(check: Callable[[Call], None], send: Callable[[Any, Call], Any]) -> Callable[[Any, Call], Any]:
    def checked(api: Any, call: Call) -> Any:
        check(call)
        return send(api, call)

    return checked


def _covers(rule: Mapping[str, Any], right: Right) -> bool:
    named = rule.get("resourceNames")
    return (
        right.verb in rule["verbs"]
        and right.group in rule["apiGroups"]
        and right.resource in rule["resources"]
        and (named is None or right.name in named)
    )
