"""Whose policies bind a caller: the user or role that IAM knows, behind the ARN that STS gives.

Source: IAM user guide, "IAM identifiers"; IAM API reference, SimulatePrincipalPolicy, which takes no sessions.
"""

from attrs import frozen

from tasktool_infra.aws.authorization.denial import statement
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.engine.calls import Call, Reading
from tasktool_infra.engine.errors import Problem
from tasktool_infra.irsa.looking import DENIED, UNSEEN

GET, SIMULATE = "iam:GetRole", "iam:SimulatePrincipalPolicy"


@frozen(kw_only=True)
class Unchecked:
    """What could not be asked, and what to do so that it can."""

    said: str
    fix: str
    problem: Problem = Problem.DENIED


def is_root(caller: str) -> bool:
    """Say whether this is the account itself, which no policy of its own binds."""
    return caller.endswith(":root")


def principal(caller: str) -> Reading[str | Unchecked]:
    """Give the ARN of the user or role behind a caller; sessions do not name the path of their role: IAM is asked.

    Takes the ARN as GetCallerIdentity gives it.
    """
    kind, _, rest = caller.rpartition(":")[2].partition("/")
    if kind == "federated-user":
        fix = "Call as an IAM role or an IAM user."
        return Unchecked(said="IAM simulates no federated users.", fix=fix, problem=Problem.FAILED)
    if kind != "assumed-role":
        return caller
    name = rest.partition("/")[0]
    answer = yield Call("iam", "get_role", {"RoleName": name}, expects={**DENIED, "NoSuchEntity": UNSEEN})
    if answer is UNSEEN:
        return may_not(caller, f"arn:{caller.split(':')[1]}:iam::{caller.split(':')[4]}:role/*{name}", GET)
    return str(answer["Role"]["Arn"])


def may_not(caller: str, principal: str, action: str) -> Unchecked:
    """Give what to say when the caller may not look at what it is allowed."""
    asked = (GET, SIMULATE) if ":role/" in principal else (SIMULATE,)
    needed = tuple(Need(each, principal) for each in asked)
    return Unchecked(
        said=f"{caller} may not ask what it is allowed: {action} is denied.",
        fix=f"Add to its policies, and check again:\n{statement(needed)}",
    )
