"""What can be claimed of a live resource, one thing at a time, each with how it was found. Pure.

Claims follow from the kinds: field by field, of collections member by member, of what others may not add to one more.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import attrs
from attrs import evolve, frozen

from tasktool_infra.engine.differences import plain
from tasktool_infra.engine.fields import role_of
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.resource import Key, Phase, Resource

EXISTS, SETTLED, ALONE = "exists", "settled", "no_others"
PRESENT, ABSENT, NOTHING_ELSE = "present", "absent", "nothing else"


@frozen(kw_only=True)
class Claim:
    """One thing that is claimed of a resource, and whether it holds.

    ``wanted`` and ``found`` are plain JSON data. ``ok`` is None where nobody could look: another claim says why, or
    ``found`` does. ``hardening`` marks what only makes it safer; ``fix`` says what mends a claim that is broken.
    """

    key: Key
    name: str
    wanted: Any
    found: Any
    ok: bool | None
    hardening: bool = False
    fix: str = ""

    @property
    def id(self) -> str:
        """What it is called in reports of tests: ``kind[identity]-name``."""
        return f"{self.key.kind}[{self.key.identity}]-{self.name}"

    @property
    def broken(self) -> bool:
        """Whether it was looked at and does not hold."""
        return self.ok is False


@frozen
class Part:
    """One part of a value: its name within the field, how it is wanted, how it was found."""

    name: str
    wanted: Any
    found: Any
    ok: bool


@runtime_checkable
class Parted(Protocol):
    """A value that can be held against a live one part by part, such as a policy document."""

    def parts(self, live: Any) -> Iterable[Part]:
        """Give every part, those that hold as well."""


@runtime_checkable
class Claiming(Protocol):
    """A kind that claims more, or otherwise, than its fields."""

    def claims(self, live: Any) -> Iterator[Claim]:
        """Give the claims about a live resource of this kind, but for that it exists."""


def claims_about(wanted: Resource, live: Resource | None) -> tuple[Claim, ...]:
    """Give all claims about a resource; of one that is absent, none but the first could be looked at."""
    exists = Claim(key=wanted.key, name=EXISTS, wanted=PRESENT, found=PRESENT, ok=True)
    if live is None:
        return unseen(wanted, evolve(exists, found=ABSENT, ok=False))
    used = wanted.as_used(live) if wanted.used_unmarked and live.ownership is Ownership.NOBODYS else wanted
    return (exists, *_all(used, live))


def unseen(wanted: Resource, why: Claim) -> tuple[Claim, ...]:
    """Give the claims about a resource that could not be looked at: one says why, the others are open."""
    rest = (evolve(claim, found=plain(why.found), ok=None) for claim in _all(wanted, wanted))
    return (why, *rest)


def unreadable(key: Key, reason: str, fix: str = "") -> Claim:
    """Give the claim that is broken by a resource of which nobody can say whether it exists."""
    return Claim(key=key, name=EXISTS, wanted=PRESENT, found=f"not known: {reason}", ok=False, fix=fix)


def _all(wanted: Resource, live: Resource) -> Iterator[Claim]:
    yield from wanted.claims(live) if isinstance(wanted, Claiming) else by_field(wanted, live)


def by_field(wanted: Resource, live: Resource, *, without: Collection[str] = ()) -> Iterator[Claim]:
    """Give the claims that follow from the fields of a kind, but for those ``without``."""
    for attribute in attrs.fields(type(wanted)):
        name, role = attribute.name, role_of(attribute)
        if not attribute.eq or role == "identity" or name in without:
            continue
        if name == SETTLED and not wanted.takes_time:
            continue
        for part in _parts(name, role, getattr(wanted, name), getattr(live, name)):
            yield claim(wanted, part, hardening=name in wanted.hardening)


def claim(wanted: Resource, part: Part, *, hardening: bool = False) -> Claim:
    """Give a part as a claim about its resource."""
    found, ok = plain(part.found), part.ok
    return Claim(key=wanted.key, name=part.name, wanted=plain(part.wanted), found=found, ok=ok, hardening=hardening)


def _parts(field: str, role: str, wanted: Any, live: Any) -> Iterator[Part]:
    if isinstance(wanted, Parted):
        yield from (evolve(part, name=f"{field}-{part.name}") for part in wanted.parts(live))
    elif isinstance(wanted, Mapping):
        named = {f"{field}-{key}": value for key, value in wanted.items()}
        yield from _members(field, role, named, {f"{field}-{key}": value for key, value in live.items()})
    elif isinstance(wanted, frozenset):
        named = _named(field, wanted)
        yield from _members(field, role, named, _named(field, live, {each: name for name, each in named.items()}))
    elif isinstance(wanted, Phase) or (wanted, live) != (None, None):
        yield Part(field, wanted, live, live == wanted)


def _members(field: str, role: str, wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[Part]:
    for name, value in wanted.items():
        yield Part(name, _told(value), _told(live[name]) if name in live else ABSENT, live.get(name) == value)
    if role == "exclusive":
        others = sorted(_whole(field, name, live[name]) for name in live.keys() - wanted.keys())
        yield Part(f"{field}-{ALONE}", NOTHING_ELSE, others or NOTHING_ELSE, not others)


def _named(field: str, members: Iterable[Any], known: Mapping[Any, str] | None = None) -> dict[str, Any]:
    """Give members by name: their own, or for plain text the last part of an ARN; ``known`` are names of equal ones."""
    taken = {} if known is None else known
    names = {each: getattr(each, "name", None) or taken.get(each) for each in sorted(members, key=str)}
    short = (lambda text: text) if known is not None else _short
    return {str(name or f"{field}-{short(str(each))}"): each for each, name in names.items()}


def _short(text: str) -> str:
    return text.rpartition("/")[2] if text.startswith("arn:") else text


def _whole(field: str, name: str, member: Any) -> str:
    return member if isinstance(member, str) else name.removeprefix(f"{field}-")


def _told(member: Any) -> Any:
    """Give a member for people: named ones say themselves what they are."""
    if member is True or isinstance(member, str | Mapping):
        return member
    return str(member)
