"""Claims for people: which do not hold, how it should be, how it was found, and what mends it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tasktool_infra.engine.claims import Claim
from tasktool_infra.engine.resource import Key
from tasktool_infra.proving import Verification
from tasktool_infra.report.console import console
from tasktool_infra.report.event_data import key_data
from tasktool_infra.report.lines import Line, Part, line, paragraph
from tasktool_infra.report.words import safe, unheard

MOST = 400
"""Characters of a value: enough for a statement of a policy."""


def told(value: Any) -> str:
    """Give a value of a claim on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return safe(" ".join(text.split("\n")))[:MOST]


def lines(claim: Claim) -> list[str]:
    """Give what there is to say of a claim that is broken: wanted, found, and what mends it."""
    fix = safe(claim.fix).splitlines()
    return [f"wanted: {told(claim.wanted)}", f"found:  {told(claim.found)}", *fix]


@unheard()
def show_verification(verification: Verification, claims: Iterable[Claim], seconds: float) -> None:
    """Print where it was looked, one line for each resource, what is broken below it, and the summary.

    Takes the claims that count: all, or those that were chosen.
    """
    console().show(verification_lines(verification, list(claims), seconds))


def verification_lines(verification: Verification, claims: list[Claim], seconds: float) -> Iterator[Line]:
    """Give what is printed of a verification."""
    by_key: dict[Key, list[Claim]] = {}
    for claim in claims:
        by_key.setdefault(claim.key, []).append(claim)
    yield line(_target(verification), hang=2)
    for key, about in by_key.items():
        yield from _of_resource(key, about)
    yield from (line(note, style="grey", indent=2) for note in verification.notes)
    yield line(Part(summary(claims), "bold"), f" ({seconds:.1f} s)")


def verification_data(verification: Verification, claims: Iterable[Claim]) -> dict[str, Any]:
    """Give the record of a verification for machines."""
    listed = list(claims)
    return {
        "type": "verification",
        "environment": verification.environment,
        "summary": summary(listed),
        "ok": not any(claim.broken for claim in listed),
        "claims": [
            {
                **key_data(claim.key),
                "claim": claim.name,
                "holds": claim.ok,
                "hardening": claim.hardening,
                "wanted": told(claim.wanted),
                "found": told(claim.found),
                "fix": claim.fix,
            }
            for claim in listed
        ],
    }


def _target(verification: Verification) -> str:
    facts = verification.target.facts()
    where = f"{facts.get('aws', 'AWS')} account {facts['account']}, {facts['region']}"
    cluster = facts.get("cluster") or facts.get("context")
    parts = [f"Verify of {verification.environment}: {where}", f"as {verification.target.caller}"]
    return ", ".join([*parts, *([f"cluster {cluster}"] if cluster else [])])


def _of_resource(key: Key, about: list[Claim]) -> Iterator[Line]:
    broken = [claim for claim in about if claim.broken]
    left_open = [claim for claim in about if claim.ok is None]
    if not broken:
        why = f"; {len(left_open)} open: {told(left_open[0].found)}" if left_open else ""
        yield line(f"= {key}: {_hold(len(about) - len(left_open))}{why}", style="grey", indent=2)
        return
    yield line(f"! {key}: {len(broken)} of {_claims(len(about))} broken", style="red", indent=2)
    for claim in broken:
        hardening = " (hardening)" if claim.hardening else ""
        yield line(f"{claim.name}{hardening}", style="yellow" if claim.hardening else "red", indent=6)
        yield line(f"wanted: {told(claim.wanted)}", indent=8, hang=8)
        yield line(f"found:  {told(claim.found)}", indent=8, hang=8)
    for fix in dict.fromkeys(each for claim in broken for each in claim.fix.splitlines()):
        yield from paragraph(fix, indent=6)


def _claims(number: int) -> str:
    return f"{number} claim{'' if number == 1 else 's'}"


def _hold(number: int) -> str:
    return f"{_claims(number)} hold{'s' if number == 1 else ''}"


def summary(claims: Iterable[Claim]) -> str:
    """Give the line that says how it stands: ``Verified: 140 claims hold, 2 are broken (1 hardening), 3 are open.``."""
    listed = list(claims)
    holding, left_open = (sum(claim.ok is ok for claim in listed) for ok in (True, None))
    broken = [claim for claim in listed if claim.broken]
    harder = sum(claim.hardening for claim in broken)
    parts = [_hold(holding), f"{len(broken)} broken" + (f" ({harder} of them hardening)" if harder else "")]
    return f"Verified: {', '.join([*parts, *([f'{left_open} open'] if left_open else [])])}."
