"""Whom a trust lets in: whether this ServiceAccount, and if not for want of what; and whom besides. Pure."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from tasktool_infra.aws.authorization.evaluation import Request, Verdict, evaluate
from tasktool_infra.aws.documents import Document, Statement
from tasktool_infra.aws.documents.parts import Principal
from tasktool_infra.aws.irsa import AUDIENCE
from tasktool_infra.irsa.chain import PROVISION, Chain, Link
from tasktool_infra.values.frozen import FrozenDict

ACTION = "sts:AssumeRoleWithWebIdentity"
SUBJECT_KEY, AUDIENCE_KEY = ":sub", ":aud"
NO_CONDITION = "no condition"
NOBODY_ELSE = "nobody else"


def trust_links(chain: Chain, trust: Document) -> Iterator[Link]:
    """Give the links of a trust: its provider, subject and audience, all of it, and that it lets in nobody else."""
    issuers = sorted({each.id for statement in _allowing(trust) for each in statement.principals or ()})
    named = any(_names(statement, chain) for statement in _allowing(trust))
    told = chain.provider_arn if named else issuers or "nobody by a web identity"
    yield Link(name="trusted_provider", wanted=chain.provider_arn, found=told, ok=named, fix=_fix(ok=named))
    yield _one(chain, trust, "trusted_subject", SUBJECT_KEY, chain.subject, known=named)
    yield _one(chain, trust, "trusted_audience", AUDIENCE_KEY, AUDIENCE, known=named)
    verdict = judged(chain, trust)
    yield Link(
        name="trust", wanted="lets it in", found=_verdict(verdict), ok=verdict.allowed, fix=_fix(ok=verdict.allowed)
    )
    others = list(_others(chain, trust))
    yield Link(
        name="trust_no_others",
        wanted=NOBODY_ELSE,
        found=others or NOBODY_ELSE,
        ok=not others,
        fix=_fix(ok=not others),
        hardening=True,
    )


def _one(chain: Chain, trust: Document, name: str, key: str, wanted: str, *, known: bool) -> Link:
    """Judge one claim of the token by what the trust says of it alone."""
    if not known:
        return Link(name=name, wanted=wanted, found="not known: the trust names no provider of this cluster", ok=None)
    ok = judged(chain, _about(trust, key)).allowed
    found = wanted if ok else _values(chain, trust, key)
    return Link(name=name, wanted=wanted, found=found, ok=ok, fix=_fix(ok=ok))


def judged(chain: Chain, trust: Document, *, subject: str = "", audience: str = "") -> Verdict:
    """Judge whether the chain's ServiceAccount, or another subject or audience in its place, may take the role."""
    keys: Mapping[str, tuple[str, ...]] = {
        f"{chain.host}{SUBJECT_KEY}": (subject or chain.subject,),
        f"{chain.host}{AUDIENCE_KEY}": (audience or AUDIENCE,),
    }
    principal = Principal("Federated", chain.provider_arn)
    request = Request(action=ACTION, resource=chain.role.arn, principal=principal, context=FrozenDict(keys))
    return evaluate(request, [trust])


def _others(chain: Chain, trust: Document) -> Iterator[str]:
    """Give whom the trust lets in besides: by trying some that it must not."""
    namespace, name = chain.account.namespace, chain.account.name
    strangers = {
        f"other ServiceAccounts of {namespace}": f"system:serviceaccount:{namespace}:{name}-not",
        "ServiceAccounts of other namespaces": f"system:serviceaccount:not-{namespace}:{name}",
    }
    yield from (who for who, subject in strangers.items() if judged(chain, trust, subject=subject).allowed)
    if judged(chain, trust, audience="not.example").allowed:
        yield "tokens that were made for others than STS"


def _allowing(trust: Document) -> list[Statement]:
    return [each for each in trust.statements if each.effect == "Allow" and each.principals is not None]


def _names(statement: Statement, chain: Chain) -> bool:
    return Principal("Federated", chain.provider_arn) in (statement.principals or ())


def _about(trust: Document, key: str) -> Document:
    """Give what the trust allows, with no conditions but those on a claim, whichever issuer they name."""
    statements = (
        evolve(each, conditions=frozenset(it for it in each.conditions if it.key.text.lower().endswith(key)))
        for each in _allowing(trust)
    )
    return evolve(trust, statements=tuple(statements))


def _values(chain: Chain, trust: Document, key: str) -> list[str] | str:
    """Give what the trust wants of a claim; with the key, where that is of another issuer."""
    own = f"{chain.host}{key}".lower()
    conditions = [it for each in _allowing(trust) if _names(each, chain) for it in each.conditions]
    asked = [it for it in conditions if it.key.text.lower().endswith(key)]
    told = [
        value if it.key.text.lower() == own else f"{it.key.text} = {value}"
        for it in asked
        for value in sorted(it.values)
    ]
    return sorted(told) or NO_CONDITION


def _verdict(verdict: Verdict) -> str:
    if verdict.allowed:
        return "lets it in"
    doubts = f" (can't be judged here: {', '.join(verdict.doubts)})" if verdict.doubts else ""
    return f"{verdict.outcome.value}{doubts}"


def _fix(*, ok: bool) -> str:
    return "" if ok else PROVISION
