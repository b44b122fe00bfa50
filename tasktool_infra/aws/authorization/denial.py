"""What to do when AWS denies: the action, the resource, the caller, and the statement that would allow it."""

import json
import re

from attrs import frozen

from tasktool_infra.aws.authorization.needs import needs
from tasktool_infra.aws.authorization.rule import Need
from tasktool_infra.aws.place import Place
from tasktool_infra.engine.calls import Call

# Compiled when first needed: most runs never are denied, and every run starts.
_SAID = r"not authorized to perform: ([\w-]+:\w+)(?: on resource: \"?([^\s\"]+)\"?)?"
_NO_ALLOW_HELPS = r"with an explicit deny in (?:an? )?([\w -]+?)(?: policy)?(?:[:.]|$)"
_BESIDES = r"because no (permissions boundary|service control policy|session policy|resource control policy)"
AGAIN = "Then run again."


@frozen
class Caller:
    """Who calls, and where: known once AWS has been asked."""

    place: Place
    arn: str


def way_out(call: Call, said: str, caller: Caller | None) -> str:
    """Give the next step for a call that was denied, with what AWS said about it.

    ``caller`` is None while it is not known who calls.
    """
    who = f"The caller {caller.arn}" if caller else "The caller"
    needed = _needed(call, said, caller.place if caller else Place())
    if not needed:
        return f"{who} must be allowed to do this by a policy. {AGAIN}"
    listed = ", ".join(f"{need.action} on {need.resource}" for need in needed)
    deny = re.search(_NO_ALLOW_HELPS, said)
    if deny:
        return f"{who} is denied {listed} by a policy that wins over every allow ({deny[1]}): ask whoever keeps it."
    besides = re.search(_BESIDES, said)
    where = f"its {besides[1]} (beside its own policies)" if besides else "its policies"
    return f"{who} needs {listed}. Add to {where}:\n{statement(needed)}\n{AGAIN}"


def _needed(call: Call, said: str, place: Place) -> tuple[Need, ...]:
    """Give what is missing: what AWS names, which is more exact, or all that the call needs."""
    try:
        known = needs(call, place)
    except KeyError:
        known = ()
    told = re.search(_SAID, said)
    if told is None:
        return known
    same = tuple(need for need in known if need.action.lower() == told[1].lower())
    if told[2] and told[2].startswith("arn:"):
        return (Need(told[1], told[2]),)
    return same or (Need(told[1]),)


def statement(needed: tuple[Need, ...]) -> str:
    """Give the statement, as JSON on one line, that allows what is needed."""
    actions = sorted({need.action for need in needed})
    resources = sorted({need.resource for need in needed})
    return json.dumps({"Effect": "Allow", "Action": actions, "Resource": resources})
