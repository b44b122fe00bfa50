"""Whether policies allow a request: an explicit deny wins, what nobody allows is denied, a boundary must allow it too.

Source: IAM user guide, policy evaluation logic for requests within a single account.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import TypeVar

from attrs import field, frozen

from tasktool_infra.aws.authorization.conditions import hold
from tasktool_infra.aws.authorization.patterns import Context, arn_matches, matches, resolved
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.documents.parts import Principal
from tasktool_infra.aws.documents.statement import Statement
from tasktool_infra.values.frozen import FrozenDict

T = TypeVar("T")


def _keys(context: Context) -> FrozenDict[tuple[str, ...]]:
    return FrozenDict({key.lower(): tuple(values) for key, values in context.items()})


@frozen(kw_only=True)
class Request:
    """What is asked: an action on an ARN, by a principal where a document names principals, in a context.

    ``context`` has a tuple of values for each condition key.
    """

    action: str
    resource: str = "*"
    principal: Principal | None = None
    context: FrozenDict[tuple[str, ...]] = field(default=FrozenDict(), converter=_keys)


class Outcome(Enum):
    """What policies say of a request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    NOT_ALLOWED = "not allowed"
    OUT_OF_BOUNDS = "not allowed by the permissions boundary"


@frozen(kw_only=True)
class Verdict:
    """The outcome, the statement that decided (if one did), and the conditions that could not be judged here."""

    outcome: Outcome
    by: Statement | None = None
    doubts: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request may be made."""
        return self.outcome is Outcome.ALLOWED


def evaluate(request: Request, documents: Iterable[Document], boundary: Document | None = None) -> Verdict:
    """Judge a request by all documents together, and by the boundary, where there is one.

    A condition that can't be judged allows nothing, and denies where it stands in a deny.
    """
    held = list(documents)
    denied = _first(request, [*held, *([boundary] if boundary else [])], "Deny")
    if denied.by is not None:
        return Verdict(outcome=Outcome.DENIED, by=denied.by, doubts=denied.doubts)
    allowed = _first(request, held, "Allow")
    if allowed.by is None:
        return Verdict(outcome=Outcome.NOT_ALLOWED, doubts=allowed.doubts)
    if boundary is not None:
        within = _first(request, [boundary], "Allow")
        if within.by is None:
            return Verdict(outcome=Outcome.OUT_OF_BOUNDS, doubts=within.doubts)
    return Verdict(outcome=Outcome.ALLOWED, by=allowed.by)


@frozen
class _Found:
    by: Statement | None
    doubts: tuple[str, ...]


def _first(request: Request, documents: Iterable[Document], effect: str) -> _Found:
    """Give the first statement of an effect that applies; what is in doubt counts for a deny only."""
    doubts: list[str] = []
    for statement in (each for document in documents for each in document.statements if each.effect == effect):
        if not _is_about(statement, request):
            continue
        met = hold(statement.conditions, request.context)
        if met is None:
            doubts += _named(statement)
        if met or (met is None and effect == "Deny"):
            return _Found(statement, tuple(doubts))
    return _Found(None, tuple(doubts))


def _named(statement: Statement) -> Iterator[str]:
    yield from (f"{each.operator.text} on {each.key.text}" for each in statement.conditions)


def _is_about(statement: Statement, request: Request) -> bool:
    action, context = request.action.lower(), request.context

    def on(pattern: str) -> bool:
        text = resolved(pattern, context)
        return text is not None and arn_matches(text, request.resource)

    return (
        _meets(statement.actions, statement.not_actions, lambda each: matches(each.text.lower(), action))
        and _meets(statement.resources, statement.not_resources, on)
        and _meets(statement.principals, statement.not_principals, lambda each: _is(each, request.principal))
    )


def _meets(named: frozenset[T] | None, excepted: frozenset[T] | None, fits: Callable[[T], bool]) -> bool:
    """Say whether an element, or its negation, applies; one that a document does not have applies to all."""
    if named is not None:
        return any(map(fits, named))
    return excepted is None or not any(map(fits, excepted))


def _is(named: Principal, caller: Principal | None) -> bool:
    if caller is None:
        return False
    if named.kind == "AWS" and named.id == "*":
        return True
    if named.kind != caller.kind:
        return False
    # An account stands for all its principals.
    account = "".join(caller.id.split(":")[4:5])
    return named in (caller, Principal("AWS", account))
