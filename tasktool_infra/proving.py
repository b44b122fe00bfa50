"""Proves a live environment: everything that is wanted of it as claims, each held against what stands. Reads only."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from tasktool_infra.engine.claims import ALONE, NOTHING_ELSE, Claim, claims_about, unreadable, unseen
from tasktool_infra.engine.driver import Failure, Outcome, Success, Task
from tasktool_infra.engine.errors import Interrupted, TasktoolError
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.plan import BLOCKING, CHANGING, Action, Change
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.engine.unwanted import Finder
from tasktool_infra.irsa.chain import Chain, chains
from tasktool_infra.irsa.claims import claims_of, notes_of
from tasktool_infra.irsa.live import tried
from tasktool_infra.irsa.proving import prove
from tasktool_infra.kube.certificate import certificates
from tasktool_infra.looking import Looked, looked, opened_early
from tasktool_infra.opening import Opened
from tasktool_infra.order import Order
from tasktool_infra.program_calls import program_calls
from tasktool_infra.target import Target
from tasktool_infra.values.display import Displayed

PROVISION = "Run provision: it makes this so."
ADOPT = "If it is meant to belong to this environment, run provision with --adopt: it is then marked and made so."


@frozen(kw_only=True)
class Verification(Displayed):
    """All claims about an environment, where it was looked at, and what stood there.

    ``live`` is what was read of each resource, None where there is none; what could not be read is not in it. ``notes``
    say what no single claim does: where the way from a pod to AWS breaks first, and which grants are spare.
    """

    environment: str
    target: Target
    claims: tuple[Claim, ...] = field(repr=False)
    live: Mapping[Key, Resource | None] = field(factory=dict, repr=False, eq=False)
    notes: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[Claim, ...]:
        """The claims that do not hold."""
        return tuple(claim for claim in self.claims if claim.broken)

    @property
    def ok(self) -> bool:
        """Whether no claim is broken."""
        return not self.broken


def verified(order: Order) -> Verification:
    """Read everything and give the claims; raises what stands in the way of even looking."""
    with opened_early(order) as run:
        return look(order, run)


def look(order: Order, run: Opened) -> Verification:
    """Do what :func:`verified` does, with what is open already."""
    run.driver.remember()
    seen = looked(order, run)
    beside, notes = _looked_beside(order, run, seen)
    claims = (*_claims(seen), *beside, *_alone(seen, order.environment))
    target = seen.targets[0]
    return Verification(environment=order.environment, target=target, claims=claims, live=seen.found, notes=notes)


def _claims(seen: Looked) -> Iterator[Claim]:
    changes = {change.key: change for change in seen.changes}
    for item in seen.items:
        if isinstance(item, Finder):
            continue
        change = changes[item.key]
        claims = _about(item, change, seen.found) if isinstance(item, Resource) else (_obstacle(change),)
        live = seen.found.get(item.key)
        yield from (_with_fix(claim, change, live) for claim in claims)


def _about(resource: Resource, change: Change, found: Mapping[Key, Resource | None]) -> tuple[Claim, ...]:
    if resource.key in found:
        return claims_about(resource, found[resource.key])
    return unseen(resource, _obstacle(change))


def _obstacle(change: Change) -> Claim:
    return unreadable(change.key, change.reason, change.next_step)


def _with_fix(claim: Claim, change: Change, live: Resource | None) -> Claim:
    """Give a claim with what mends it, when it is broken."""
    if not claim.broken or claim.fix:
        return claim
    if change.action is Action.WAITING:
        return evolve(claim, fix=_for_provision("\n".join(filter(None, (change.reason, change.next_step)))))
    if live is not None and live.ownership is Ownership.NOBODYS and not live.used_unmarked:
        return evolve(claim, fix=ADOPT)
    if change.action in BLOCKING:
        return evolve(claim, fix=_for_provision(change.next_step or change.reason))
    lost = f" It asks before it removes {', '.join(change.removes)}." if change.removes else ""
    return evolve(claim, fix=f"{PROVISION}{lost}" if change.action in CHANGING else "")


def _for_provision(step: str) -> str:
    """Give what a plan says of the next step as one says it who does not provision."""
    return step.replace("run again", "run provision")


def _looked_beside(order: Order, run: Opened, seen: Looked) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Give the claims about what others make for us, and about the ways from pods to AWS; and the notes on these."""
    others, ways = certificates(seen.items), _ways(order, seen)
    tasks = {each.key: Task(each.look()) for each in others} | {each.key: Task(prove(each)) for each in ways}
    outcomes = run.driver.run(tasks)
    if run.driver.interrupted:
        raise Interrupted("Interrupted while reading.")
    claims: list[Claim] = [claim for each in others for claim in _value(outcomes[each.key])]
    notes: list[str] = []
    for way in ways:
        outcome = outcomes[way.key]
        if isinstance(outcome, Failure) and isinstance(outcome.error, TasktoolError):
            claims.append(unreadable(way.key, str(outcome.error), outcome.error.next_step))
            continue
        proof = _value(outcome)
        tries = tried(way, run.driver, run.connection) if order.live else ()
        claims += claims_of(way, (*proof.links, *tries))
        notes += notes_of(proof)
    return tuple(claims), tuple(notes)


def _value(outcome: Outcome) -> Any:
    if isinstance(outcome, Failure):
        raise outcome.error
    assert isinstance(outcome, Success)
    return outcome.value


def _ways(order: Order, seen: Looked) -> list[Chain]:
    """Give the chains of all environments that can be looked at."""
    calls = [(program_calls(each), target) for each, target in zip(order.environments, seen.targets, strict=False)]
    found = (chains(seen.items, target.issuer, each, real=not target.local) for each, target in calls)
    return list({chain.key: chain for each in found for chain in each}.values())


def _alone(seen: Looked, environment: str) -> Iterator[Claim]:
    """Claim that nothing carries our mark besides what is wanted, where anybody looked for that."""
    finders = [item for item in seen.items if isinstance(item, Finder)]
    if not finders:
        return
    known = {item.key for item in seen.items}
    failed = {change.key: change for change in seen.changes if change.key in {finder.key for finder in finders}}
    strays = [str(change.key) for change in seen.changes if change.unwanted and not change.leftover]
    key = Key("environment", environment)
    if failed and not strays:
        why = "; ".join(change.reason for change in failed.values())
        fix = " ".join(change.next_step for change in failed.values())
        yield Claim(key=key, name=ALONE, wanted=NOTHING_ELSE, found=f"not known: {why}", ok=False, fix=fix)
        return
    blind = [change.reason for change in seen.changes if change.key not in known and not change.unwanted]
    if blind and not strays:
        yield Claim(key=key, name=ALONE, wanted=NOTHING_ELSE, found=f"not known: {'; '.join(blind)}", ok=None)
        return
    fix = "Run provision: it asks before it removes what no manifest names any more." if strays else ""
    yield Claim(key=key, name=ALONE, wanted=NOTHING_ELSE, found=strays or NOTHING_ELSE, ok=not strays, fix=fix)
