"""Holds calls with the credentials of roles and users against their policies, before moto sees them."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from attrs import frozen

from tasktool_infra.aws.authorization.evaluation import Request, evaluate
from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call
from tasktool_infra.sandbox.authorization import callers, refusals, requests
from tasktool_infra.sandbox.authorization.callers import Caller
from tasktool_infra.sandbox.authorization.refusals import Refusal
from tasktool_infra.sandbox.authorization.requests import Environ, Signed

_ALWAYS = ("get_caller_identity", "assume_role_with_web_identity")
"""What nobody can be forbidden. Source: STS API reference."""
_ATTACHING = ("attach_role_policy", "detach_role_policy")
_PREFIXES = {"resourcegroupstaggingapi": "tag"}


@frozen
class Enforced:
    """A WSGI application before which stands the judgement of its callers.

    Whoever is no session of a role and no IAM user of the account passes: the sandbox's administrator.
    """

    application: Any
    account: str

    def __call__(self, environ: Environ, respond: Any) -> Iterable[bytes]:
        """Answer a request: with a refusal, or as the application does."""
        signature = requests.signed(environ)
        refusal = self._refusal(environ, signature) if signature else None
        if signature is None or refusal is None:
            answered: Iterable[bytes] = self.application(environ, respond)
            return answered
        requests.drain(environ)
        answer = refusals.answer(refusal, requests.protocol(environ, signature.service))
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body
        headers = answer.headers | {"Content-Length": str(len(body))}
        respond(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [body]

    def _refusal(self, environ: Environ, signature: Signed) -> Refusal | None:
        caller = callers.find(signature.access_key, self.account)
        if caller is None:
            return None
        if caller.token != signature.token:
            return refusals.INVALID
        if caller.expired:
            return refusals.EXPIRED
        call = requests.call(environ, signature.service)
        if call is None:
            said = f"The sandbox does not know what {caller.arn} asks of {signature.service}, and so denies it"
            return Refusal("AccessDenied", said)
        place = Place(self.account, caller.partition, signature.region)
        return judge(call, caller, place, callers.role_paths(self.account, caller.partition))


def judge(call: Call, caller: Caller, place: Place, role_paths: Mapping[str, str]) -> Refusal | None:
    """Hold a call against everything that binds its caller; None when it may be made."""
    if call.operation in _ALWAYS:
        return None
    # Nobody knows a path of a role that is not there: it is asked for by its bare name.
    paths = {str(call.parameters.get("RoleName")): "/", **role_paths}
    for need in _needed(call, place, paths):
        context = {**caller.context, "aws:RequestedRegion": (place.region,), **_asked(call)}
        request = Request(action=need.action, resource=need.resource, context=context)
        verdict = evaluate(request, caller.documents, caller.boundary)
        if not verdict.allowed:
            return refusals.denial(caller.arn, need, verdict, service=call.service)
        within = evaluate(request, [caller.session]) if caller.session else verdict
        if not within.allowed:
            return refusals.denial(caller.arn, need, within, service=call.service, session=True)
    return None


def _asked(call: Call) -> dict[str, tuple[str, ...]]:
    """Give the condition keys that follow from what is asked. Source: service authorization reference, IAM."""
    arn = call.parameters.get("PolicyArn")
    return {"iam:PolicyARN": (str(arn),)} if call.operation in _ATTACHING else {}


def _needed(call: Call, place: Place, role_paths: Mapping[str, str]) -> tuple[Need, ...]:
    """Give what a call needs; one that stands in no table needs the action of its name on everything."""
    try:
        return needs(call, place, role_paths)
    except KeyError:
        name = "".join(map(str.capitalize, call.operation.split("_")))
        return (Need(f"{_PREFIXES.get(call.service, call.service)}:{name}"),)
