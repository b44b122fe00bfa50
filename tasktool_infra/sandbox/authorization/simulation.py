"""SimulatePrincipalPolicy by the judgement that calls are held against. moto lacks it.

Source: IAM API reference, SimulatePrincipalPolicy. Policies of resources and of the organization are not looked at.
"""

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NoSuchEntity
from moto.utilities.utils import get_partition

from tasktool_infra.aws.authorization.evaluation import Outcome, Request, Verdict, evaluate
from tasktool_infra.sandbox.authorization import callers
from tasktool_infra.sandbox.authorization.callers import Caller

DECISIONS = {Outcome.ALLOWED: "allowed", Outcome.DENIED: "explicitDeny"}
ALLOWED = Verdict(outcome=Outcome.ALLOWED)


def simulate_principal_policy(response: Any) -> ActionResult:
    """Answer the call in the place of the method that moto has not."""
    names = ("PolicySourceArn", "ActionNames", "ResourceArns", "ContextEntries")
    source, actions, resources, entries = (response._get_param(name) for name in names)  # noqa: SLF001 - moto's way
    account, partition = response.current_account, get_partition(response.region)
    principal = callers.principal(source, account, partition)
    if principal is None and source != f"arn:{partition}:sts::{account}:user/moto":
        raise NoSuchEntity(f"{source} cannot be found.")
    context = {each["ContextKeyName"]: tuple(each["ContextKeyValues"]) for each in entries or ()}
    requests = (
        Request(action=action, resource=resource, context=context)
        for action in actions
        for resource in resources or ("*",)
    )
    return ActionResult({"IsTruncated": False, "EvaluationResults": list(_results(principal, requests))})


def _results(principal: Caller | None, requests: Iterator[Request]) -> Iterator[dict[str, Any]]:
    """Give what the principal may do; None is the sandbox's administrator."""
    for request in requests:
        verdict = ALLOWED if principal is None else _judged(principal, request)
        yield {
            "EvalActionName": request.action,
            "EvalResourceName": request.resource,
            "EvalDecision": DECISIONS.get(verdict.outcome, "implicitDeny"),
            "MatchedStatements": [],
            "MissingContextValues": [],
            "PermissionsBoundaryDecisionDetail": {
                "AllowedByPermissionsBoundary": verdict.outcome is not Outcome.OUT_OF_BOUNDS
            },
        }


def _judged(principal: Caller, request: Request) -> Verdict:
    whole = Request(action=request.action, resource=request.resource, context={**principal.context, **request.context})
    return evaluate(whole, principal.documents, principal.boundary)
