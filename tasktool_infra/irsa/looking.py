"""Reads what a chain hangs on, in a few rounds of calls side by side. Writes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.iam_role import Role
from tasktool_infra.aws.iam_shared import ABSENT, look
from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.irsa.chain import Chain, Workload
from tasktool_infra.kube.answers import FORBIDDEN
from tasktool_infra.kube.judge import MISSING
from tasktool_infra.kube.retries import SERVICE

UNSEEN = Meaning("unseen")
"""Whoever looks is not allowed to."""
DENIED = {"AccessDenied": UNSEEN, "AccessDeniedException": UNSEEN}
ALLOWED = "allowed"


@frozen(kw_only=True)
class Policies:
    """What binds a role: the documents by the names of their policies, and the boundary, if there is one.

    ``unread`` are policies that whoever looks may not read: they count for nothing here.
    """

    documents: Mapping[str, Document]
    boundary: Document | None = None
    unread: tuple[str, ...] = ()


@frozen(kw_only=True)
class Found:
    """What stands; None for what does not, :data:`UNSEEN` for what could not be looked at.

    ``role`` is as IAM answers it, ``clients`` are the client ids of the provider, ``simulated`` is what IAM says of
    each need: "allowed", or how it is denied.
    """

    account: Mapping[str, Any] | None
    role: Mapping[str, Any] | None
    clients: frozenset[str] | None
    policies: Policies
    simulated: Mapping[Need, str]
    workloads: Mapping[Workload, Mapping[str, Any] | None]
    pods: tuple[Mapping[str, Any], ...]


def look_at(chain: Chain) -> Reading[Found]:
    """Read everything of a chain; raises ApiError where the AWS account or the cluster can't be asked."""
    named, of = {"RoleName": chain.role.name}, {"namespace": chain.account.namespace}
    answers = yield (
        chain.account.get(),
        look("get_role", named),
        look("get_open_id_connect_provider", {"OpenIDConnectProviderArn": chain.provider_arn}),
        look("list_attached_role_policies", named, pages=True),
        look("list_role_policies", named, pages=True),
        Call(SERVICE, "list", {"api_version": "v1", "kind": "Pod", **of}, expects={FORBIDDEN: GONE, **MISSING}),
        *(Call(SERVICE, "get", each.address, expects=MISSING) for each in chain.workloads),
    )
    account, role, provider, attached, inline, pods, *running = answers
    policies = yield from _policies(chain, None if role is GONE else role["Role"], attached, inline)
    simulated = yield from _simulated(chain, stands=role is not GONE)
    return Found(
        account=None if account is GONE else account,
        role=None if role is GONE else role["Role"],
        clients=None if provider is GONE else frozenset(provider.get("ClientIDList", ())),
        policies=policies,
        simulated=simulated,
        workloads={each: None if it is GONE else it for each, it in zip(chain.workloads, running, strict=True)},
        pods=() if pods is GONE else tuple(pods["items"]),
    )


def _policies(chain: Chain, role: Any, attached: Any, inline: Any) -> Reading[Policies]:
    if role is None:
        return Policies(documents={})
    arns = [] if attached is GONE else [each["PolicyArn"] for each in attached.get("AttachedPolicies", ())]
    names = [] if inline is GONE else list(inline.get("PolicyNames", ()))
    bound = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    written = yield tuple(look("get_role_policy", {"RoleName": chain.role.name, "PolicyName": name}) for name in names)
    read = yield from _managed([*arns, *([bound] if bound else [])])
    own = {
        name: Document.parse(answer["PolicyDocument"])
        for name, answer in zip(names, written, strict=True)
        if answer is not GONE
    }
    held = {arn.rpartition("/")[2]: each for arn in arns if (each := read.get(arn)) is not None}
    return Policies(
        documents={**held, **own},
        boundary=read.get(bound) if bound else None,
        unread=tuple(arn for arn, each in read.items() if each is None),
    )


def _seen(operation: str, parameters: Mapping[str, Any]) -> Call:
    return Call("iam", operation, parameters, expects={**ABSENT, **DENIED})


def _managed(arns: list[str]) -> Reading[dict[str, Document | None]]:
    """Give the default versions of managed policies, by ARN; None for what whoever looks may not read.

    One that went meanwhile counts for nothing.
    """
    found = dict(zip(arns, (yield tuple(_seen("get_policy", {"PolicyArn": arn}) for arn in arns)), strict=True))
    standing = {arn: each["Policy"]["DefaultVersionId"] for arn, each in found.items() if not isinstance(each, Meaning)}
    asked = tuple({"PolicyArn": arn, "VersionId": version} for arn, version in standing.items())
    found |= zip(standing, (yield tuple(_seen("get_policy_version", each) for each in asked)), strict=True)
    return {
        arn: None if each is UNSEEN else Document.parse(each["PolicyVersion"]["Document"])
        for arn, each in found.items()
        if each is not GONE
    }


def _simulated(chain: Chain, *, stands: bool) -> Reading[Mapping[Need, str]]:
    """Ask IAM itself, which knows of the organization's policies too; not everybody may, and emulators can't."""
    if not (chain.real and stands):
        return {}
    on = dict.fromkeys(need.resource for need in chain.needs)
    asked = {resource: [need.action for need in chain.needs if need.resource == resource] for resource in on}
    answers = yield tuple(_simulation(chain.role.arn, resource, actions) for resource, actions in asked.items())
    return dict(pair for resource, answer in zip(asked, answers, strict=True) for pair in _decisions(resource, answer))


def role_calls(role: Role) -> tuple[Call, ...]:
    """Give what is asked of a role here and nowhere else, for whoever must know what is needed for it."""
    bound = {"PolicyArn": role.permissions_boundary}
    boundary = [Call("iam", name, bound) for name in ("get_policy", "get_policy_version")]
    own = Call("iam", "get_role_policy", role.address), _simulation(role.arn, "*", [])
    return (*own, *(boundary if role.permissions_boundary else ()))


def _simulation(role: str, resource: str, actions: list[str]) -> Call:
    parameters = {"PolicySourceArn": role, "ActionNames": actions, "ResourceArns": [resource]}
    return Call("iam", "simulate_principal_policy", parameters, expects={**DENIED, "NoSuchEntity": UNSEEN})


def _decisions(resource: str, answer: Any) -> Iterator[tuple[Need, str]]:
    if answer is UNSEEN:
        return
    for each in answer["EvaluationResults"]:
        decision = each["EvalDecision"]
        if not (each.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations", True):
            decision = "denied by a policy of the organization"
        yield Need(each["EvalActionName"], resource), decision
