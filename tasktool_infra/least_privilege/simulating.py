"""Asks IAM which actions a principal lacks, without trying any of them.

Source: IAM API reference, SimulatePrincipalPolicy. It counts the policies of users, groups, roles and the organization,
and the permissions boundary; not those of resources, nor that of a session. Actions that need different facts are
refused together (InvalidInput), and so asked one by one then.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.engine.calls import Call, Meaning, Reading
from tasktool_infra.irsa.looking import DENIED, UNSEEN
from tasktool_infra.least_privilege.policy import ATTACH

MOST = 50
"""Actions in one call: an answer has at most 100 results, and more come by pages."""
APART = Meaning("not simulated together")
LACKING = "not allowed"
"""What an allow mends; everything else is denied by something that wins over every allow."""
BOUNDED, ORGANIZATION = "outside the permissions boundary", "denied by a policy of the organization"
EXPLICIT, UNKNOWN = "explicitly denied", "IAM does not simulate it"


@frozen
class Asked:
    """One call: actions on one resource, under the same conditions."""

    actions: tuple[str, ...]
    resource: str
    policy: str = ""
    """What AttachRolePolicy would attach."""


@frozen
class Verdicts:
    """What is not allowed, with how it is denied, and what nobody can say, with why."""

    denied: Mapping[Need, str]
    doubtful: Mapping[Need, str]


def simulated(source: str, needs: Iterable[Need], attachable: Iterable[str], region: str) -> Reading[Verdicts | None]:
    """Give what IAM says of each need of a principal; None when the caller may not ask.

    Takes the ARN of a user or role, the ARNs of the policies that may be attached, and the region of the calls.
    """
    together = yield from _answers(source, batches(needs, attachable), region)
    apart = [evolve(each, actions=(one,)) for each, said in together if said is APART for one in each.actions]
    single = yield from _answers(source, apart, region)
    heard = [(each, said) for each, said in (*together, *single) if said is not APART]
    if any(said is UNSEEN for _, said in heard):
        return None
    doubtful = {Need(each.actions[0], each.resource): UNKNOWN for each, said in single if said is APART}
    denied: dict[Need, str] = {}
    for need, said, unsure in (verdict for each, answer in heard for verdict in _verdicts(each, answer)):
        (doubtful if unsure else denied)[need] = said
    return Verdicts(denied, doubtful)


def _answers(source: str, asked: Iterable[Asked], region: str) -> Reading[list[tuple[Asked, Any]]]:
    listed = list(asked)
    answers = yield tuple(_call(source, each, region) for each in listed)
    return list(zip(listed, answers, strict=True))


def batches(needs: Iterable[Need], attachable: Iterable[str]) -> Iterator[Asked]:
    """Give the calls to make: as few as can be, and one for each policy that may be attached."""
    actions: dict[str, list[str]] = {}
    for need in sorted(needs, key=lambda need: (need.resource, need.action)):
        if need.action == ATTACH:
            yield from (Asked((ATTACH,), need.resource, policy) for policy in sorted(attachable))
        else:
            actions.setdefault(need.resource, []).append(need.action)
    for resource, listed in actions.items():
        yield from (Asked(tuple(listed[at : at + MOST]), resource) for at in range(0, len(listed), MOST))


def _call(source: str, asked: Asked, region: str) -> Call:
    keys = {"aws:SecureTransport": ("true", "boolean"), "aws:RequestedRegion": (region, "string")}
    if asked.actions[0].startswith("iam:"):
        # IAM has no region of its own, and each partition names another.
        del keys["aws:RequestedRegion"]
    if asked.policy:
        keys["iam:PolicyARN"] = (asked.policy, "string")
    parameters = {
        "PolicySourceArn": source,
        "ActionNames": asked.actions,
        "ResourceArns": (asked.resource,),
        "ContextEntries": tuple(
            {"ContextKeyName": name, "ContextKeyValues": (value,), "ContextKeyType": kind}
            for name, (value, kind) in keys.items()
        ),
    }
    expects = {**DENIED, "NoSuchEntity": UNSEEN, "InvalidInput": APART}
    return Call("iam", "simulate_principal_policy", parameters, expects=expects)


def _verdicts(asked: Asked, answer: Any) -> Iterator[tuple[Need, str, bool]]:
    for each in answer["EvaluationResults"]:
        if each["EvalDecision"] == "allowed":
            continue
        unknown = each.get("MissingContextValues") or ()
        said = f"depends on {', '.join(sorted(unknown))}" if unknown else _denial(each)
        yield Need(each["EvalActionName"], asked.resource), said, bool(unknown)


def _denial(result: Mapping[str, Any]) -> str:
    if not (result.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations", True):
        return ORGANIZATION
    if not (result.get("PermissionsBoundaryDecisionDetail") or {}).get("AllowedByPermissionsBoundary", True):
        return BOUNDED
    return EXPLICIT if result["EvalDecision"] == "explicitDeny" else LACKING
