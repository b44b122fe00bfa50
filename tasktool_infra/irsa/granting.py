"""What a role may do, held against what its program calls: what is missing, and what is spare. Pure."""

import json
from collections.abc import Iterator, Mapping

from tasktool_infra.aws.authorization.denial import statement
from tasktool_infra.aws.authorization.evaluation import Outcome, Request, Verdict, evaluate
from tasktool_infra.aws.authorization.patterns import matches
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.documents import Statement
from tasktool_infra.irsa.chain import PROVISION, Chain, Link
from tasktool_infra.irsa.looking import ALLOWED, Policies
from tasktool_infra.values.frozen import FrozenDict

ORGANIZATION = "ask whoever keeps the organization's policies."


def grant_links(chain: Chain, policies: Policies, simulated: Mapping[Need, str]) -> Iterator[Link]:
    """Give a link for each action that the program needs on an ARN: the documents judged, then what IAM itself says."""
    for need in chain.needs:
        judged, said = verdict(chain, need, policies), simulated.get(need, ALLOWED)
        found, fix = _told(judged), _fix(need, judged)
        if judged.allowed and said != ALLOWED:
            found, fix = f"{said}, as IAM simulates it", f"The role's own policies allow it: {ORGANIZATION}"
        ok = found == ALLOWED
        yield Link(name=name(need), noun=noun(need), wanted=ALLOWED, found=found, ok=ok, fix=fix)


def name(need: Need) -> str:
    """Give what a grant is called: ``allows-dynamodb:Query-table/tasks/index/user_index``."""
    return f"allows-{need.action}-{_short(need)}"


def noun(need: Need) -> str:
    """Give what people call a grant."""
    return f"{need.action} on {_short(need)}"


def _short(need: Need) -> str:
    return need.resource.split(":", 5)[-1]


def verdict(chain: Chain, need: Need, policies: Policies) -> Verdict:
    """Judge whether the role may do this by its documents and its boundary."""
    context = {
        "aws:PrincipalArn": (chain.role.arn,),
        "aws:PrincipalAccount": (chain.place.account,),
        "aws:RequestedRegion": (chain.place.region,),
        # The programs speak TLS with AWS.
        "aws:SecureTransport": ("true",),
    }
    request = Request(action=need.action, resource=need.resource, context=FrozenDict(context))
    return evaluate(request, policies.documents.values(), policies.boundary)


def _told(judged: Verdict) -> str:
    doubts = f" (can't be judged here: {', '.join(judged.doubts)})" if judged.doubts else ""
    return ALLOWED if judged.allowed else f"{judged.outcome.value}{doubts}"


def _fix(need: Need, judged: Verdict) -> str:
    if judged.outcome is Outcome.DENIED and judged.by is not None:
        return f"Take away what denies it: {json.dumps(judged.by.to_dict())}"
    if judged.outcome is Outcome.OUT_OF_BOUNDS:
        return f"Ask whoever keeps the role's permissions boundary to add: {statement((need,))}"
    return "" if judged.allowed else f"{PROVISION}\nWhat is missing: {statement((need,))}"


def spare(chain: Chain, policies: Policies) -> tuple[str, ...]:
    """Give the grants of the role that its program does not use, by policy."""
    return tuple(
        f"{policy}: {', '.join(unused)}"
        for policy, document in policies.documents.items()
        if (unused := sorted({text for each in document.statements for text in _unused(each, chain.needs)}))
    )


def _unused(granted: Statement, needs: tuple[Need, ...]) -> Iterator[str]:
    if granted.effect != "Allow":
        return
    if granted.not_actions is not None:
        yield f"everything but {', '.join(sorted(each.text for each in granted.not_actions))}"
    used = [need.action.lower() for need in needs]
    for action in granted.actions or ():
        if not any(matches(action.text.lower(), each) for each in used):
            yield action.text
