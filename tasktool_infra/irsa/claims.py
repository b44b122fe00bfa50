"""The links of a chain as claims, beside those about resources. Pure."""

from collections.abc import Iterable, Iterator

from tasktool_infra.engine.claims import Claim
from tasktool_infra.engine.differences import plain
from tasktool_infra.irsa.chain import Chain, Link, Proof


def claims_of(chain: Chain, links: Iterable[Link]) -> Iterator[Claim]:
    """Give each link as a claim, named by the ServiceAccount."""
    for link in links:
        yield Claim(
            key=chain.key,
            name=link.name,
            wanted=plain(link.wanted),
            found=plain(link.found),
            ok=link.ok,
            hardening=link.hardening,
            fix=link.fix,
        )


def notes_of(proof: Proof) -> Iterator[str]:
    """Give what there is to say of a chain besides: where it breaks first, and what its role may do to spare."""
    if proof.broken is not None:
        yield proof.sentence
    role = proof.chain.role.name
    if proof.unread:
        yield f"{role} has policies that this caller may not read, and that are not counted: {', '.join(proof.unread)}"
    if proof.spare:
        yield f"{role} may do more than its program calls, which is no fault: {'; '.join(proof.spare)}"
