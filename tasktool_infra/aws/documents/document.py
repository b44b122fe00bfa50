"""A whole policy document."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Self
from urllib.parse import unquote

from attrs import evolve, field, frozen

from tasktool_infra.aws.documents.parts import PolicyError, many
from tasktool_infra.aws.documents.statement import Statement
from tasktool_infra.engine.claims import ABSENT, ALONE, NOTHING_ELSE, Part

# IAM and STS quotas, in characters that are no white space; S3's limit, in bytes.
MANAGED_POLICY_SIZE: Final = 6144
TRUST_SIZE: Final = 2048
BUCKET_POLICY_BYTES: Final = 20480

_CURRENT = "2012-10-17"
_FORMER = "2008-10-17"  # what counts where none is written


def _in_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Sort, and drop what is there twice under one Sid. Under another it stays: it may be another's."""
    found: dict[tuple[str | None, Statement], Statement] = {}
    for statement in sorted(statements, key=_place):
        found.setdefault((statement.sid, statement), statement)
    return tuple(found.values())


def _place(statement: Statement) -> tuple[str, str]:
    return statement.sid or "", json.dumps(statement.to_dict(), sort_keys=True)


@frozen
class Document:
    """A policy or trust document. Two are equal when they have the same version and say the same.

    Order, repetition, Sids and the Id, and whether one item stands in a list, do not count. `statements` are in one
    order, whatever order they were written in.
    """

    version: str
    statements: tuple[Statement, ...] = field(converter=_in_order, eq=frozenset)
    id: str | None = field(default=None, eq=False)

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read a document.

        Takes:
            value: JSON data, JSON text, or such text URL-encoded, as IAM sends it. No statement at all is let through:
                it is where a bucket's policy begins.

        Raises:
            PolicyError: it is no policy document.

        """
        data = _data(value)
        if unknown := sorted(map(str, data.keys() - {"Version", "Id", "Statement"})):
            raise PolicyError(f"A policy document can't have {', '.join(unknown)}.")
        version = data.get("Version", _FORMER)
        if version not in (_CURRENT, _FORMER):
            raise PolicyError(f"The Version of a policy document must be {_CURRENT} or {_FORMER}, not {version!r}.")
        if "Statement" not in data:
            raise PolicyError("A policy document must have a Statement.")
        if not isinstance(data.get("Id", ""), str):
            raise PolicyError("The Id of a policy document must be a text.")
        return cls(version, _statements(many(data["Statement"])), data.get("Id"))

    def to_dict(self) -> dict[str, Any]:
        """Give the document as JSON data, always in the same order."""
        data: dict[str, Any] = {"Version": self.version}
        if self.id is not None:
            data["Id"] = self.id
        return {**data, "Statement": [statement.to_dict() for statement in self.statements]}

    def to_json(self) -> str:
        """Give the document as JSON text without white space."""
        return json.dumps(self.to_dict(), separators=(",", ":"), ensure_ascii=False)

    def size(self) -> int:
        """Give the number of characters that IAM counts: those that are no white space."""
        return len("".join(self.to_json().split()))

    def size_in_bytes(self) -> int:
        """Give the number of bytes, which S3 counts."""
        return len(self.to_json().encode())

    def includes(self, other: "Document") -> bool:
        """Say whether every statement of the other is in this one, under whatever Sid."""
        return set(other.statements) <= set(self.statements)

    def merge(self, statements: Iterable[Statement | Mapping[str, Any]]) -> Self:
        """Give the document with these statements in the place of those with the same Sids; all others are kept.

        Takes:
            statements: values or JSON data, each with a Sid.

        Raises:
            PolicyError: one is no statement or has no Sid.

        """
        new = [one if isinstance(one, Statement) else Statement.parse(one) for one in statements]
        sids = {one.sid for one in new if one.sid}
        if any(not one.sid for one in new):
            raise PolicyError("Only statements with a Sid can be merged into a policy document.")
        return evolve(self, statements=(*self.without(sids).statements, *new))

    def without(self, sids: Collection[str]) -> Self:
        """Give the document without the statements that have one of these Sids."""
        return evolve(self, statements=tuple(one for one in self.statements if one.sid not in sids))

    def differences(self, live: "Document | None") -> Iterator[tuple[str, Any, Any]]:
        """Give what `live` has to lose and to gain to say the same, statement by statement, as (path, old, new)."""
        if live is not None and live.version != self.version:
            yield ".Version", live.version, self.version
        gained, lost = compare(live, self) if live is not None else (self.statements, ())
        if len(gained) == len(lost) == 1:
            yield ".Statement", lost[0].to_dict(), gained[0].to_dict()
            return
        for statement in lost:
            yield ".Statement", statement.to_dict(), None
        for statement in gained:
            yield ".Statement", None, statement.to_dict()

    def parts(self, live: "Document") -> Iterator[Part]:
        """Give what can be claimed of `live`: the version, each statement (by Sid or number), and no other ones."""
        yield Part("Version", self.version, live.version, live.version == self.version)
        pairs, others = paired(live, self)
        for number, (wanted, found) in enumerate(pairs, start=1):
            old, new = (found.to_dict() if found else ABSENT), wanted.to_dict()
            if found is not None and found != wanted:
                altered = list(_altered(found.to_dict(), new))
                old, new = ({at: value[side] for at, *value in altered} for side in (0, 1))
            yield Part(wanted.sid or f"statement_{number}", new, old, found == wanted)
        yield Part(ALONE, NOTHING_ELSE, [each.to_dict() for each in others] or NOTHING_ELSE, not others)

    def __repr__(self) -> str:
        return f"Document({self.to_json()})"


def compare(before: Document, after: Document) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Give the statements that `after` has and `before` has not, and those that it has no longer.

    Both are empty for documents that differ only in their version.
    """
    gained = tuple(one for one in after.statements if one not in before.statements)
    return gained, tuple(one for one in before.statements if one not in after.statements)


def paired(live: Document, wanted: Document) -> tuple[list[tuple[Statement, Statement | None]], tuple[Statement, ...]]:
    """Give each wanted statement with the live one in its place (None: there is none), and the live ones besides.

    The place of a statement that is missing has the one that is most like it.
    """
    missing, extras = compare(live, wanted)
    left, pairs = list(extras), []
    for statement in wanted.statements:
        found: Statement | None = statement
        if statement in missing:
            found = max(left, key=lambda each: _likeness(each, statement), default=None)
            if found is not None:
                left.remove(found)
        pairs.append((statement, found))
    return pairs, tuple(left)


def _likeness(one: Statement, other: Statement) -> int:
    mine, its = elements(one), elements(other)
    alike = [name for name, value in its.items() if mine.get(name) == value]
    return len(alike) + (one.sid is not None and one.sid == other.sid)


def elements(statement: Statement) -> dict[str, Any]:
    """Give the elements of a statement, each condition by itself."""
    return _elements(statement.to_dict())


def _altered(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give the elements in which a statement was altered, conditions key by key."""
    before, after = _elements(old), _elements(new)
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            yield path, before.get(path), after.get(path)


def _elements(statement: dict[str, Any]) -> dict[str, Any]:
    conditions = statement.get("Condition", {})
    flat = {
        f"Condition[{operator}/{key}]": value for operator, keys in conditions.items() for key, value in keys.items()
    }
    return {**{name: part for name, part in statement.items() if name not in ("Condition", "Sid")}, **flat}


def _statements(items: list[Any]) -> Iterable[Statement]:
    for number, item in enumerate(items, start=1):
        try:
            yield Statement.parse(item)
        except PolicyError as error:
            sid = f" ({item['Sid']!r})" if isinstance(item, Mapping) and item.get("Sid") else ""
            raise PolicyError(f"Statement {number}{sid} of the policy document {error}.") from None


def _data(value: Any) -> Mapping[str, Any]:
    data = _from_text(value) if isinstance(value, str) else value
    if not isinstance(data, Mapping):
        raise PolicyError(f"A policy document must be a JSON object, not {type(data).__name__}.")
    return data


def _from_text(text: str) -> Any:
    try:
        return json.loads(text if text.lstrip().startswith("{") else unquote(text))
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"A policy document must be JSON: {error}.") from None
