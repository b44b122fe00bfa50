"""An IAM managed policy: its default version says what is wanted."""

from collections.abc import Iterator
from typing import Any, Self

import attrs
from attrs import evolve, frozen

from tasktool_infra.aws import tags
from tasktool_infra.aws.documents import MANAGED_POLICY_SIZE, Document
from tasktool_infra.aws.iam_shared import EXISTS, look, take, to_document
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.engine.calls import GONE, Call, Pause, Reading, Step, write
from tasktool_infra.engine.errors import NotAccepted
from tasktool_infra.engine.fields import fact, identity, immutable
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal
from tasktool_infra.values.frozen import FrozenDict

MOST_VERSIONS = 5
"""How many versions a policy can have. Source: IAM user guide, "IAM and AWS STS quotas"."""
FIRST = "v1"
"""The version that a policy is created with. Source: IAM user guide, "Versioning IAM policies"."""
LOOKS, LONGEST_PAUSE = 10, 8.0
"""How often a policy is looked at whose default version is not there, and how many seconds apart at most."""


@frozen
class Version:
    """One version of a policy; its document is known only where it had to be read."""

    id: str
    document: Document | None = None

    @property
    def age(self) -> int:
        """The number in the id, ``v3``: it grows with every version and is never used again."""
        return int(self.id.removeprefix("v").partition(".")[0])


@frozen(kw_only=True)
class Policy(AwsResource):
    """An IAM managed policy. Source: IAM API reference, CreatePolicy, CreatePolicyVersion, SetDefaultPolicyVersion.

    ``roles`` names the roles of this environment that it may be attached to when it is removed. Of a live policy
    ``versions`` are its versions, ``default`` the id of the one that counts, and ``attached`` whoever has it.
    """

    kind = "iam_policy"

    name: str = identity()
    path: str = immutable("Delete the policy, or choose another name.", default="/")
    document: Document = attrs.field(converter=to_document)
    roles: frozenset[str] = fact(default=frozenset(), converter=frozenset)
    default: str = fact(default="")
    versions: tuple[Version, ...] = fact(default=(), repr=False)
    attached: frozenset[str] = fact(default=frozenset())

    @property
    def arn(self) -> str:
        """The ARN, which follows from account, path and name."""
        return self.place.iam(f"policy{self.path}{self.name}")

    @property
    def address(self) -> dict[str, Any]:
        """What every call to the policy says."""
        return {"PolicyArn": self.arn}

    def read(self) -> Reading[Self | None]:
        """Read the policy and its default version; the others only where one of them may be what is wanted."""
        live, _ = yield from self._looked()
        return live

    def examine(self) -> Reading[Self | None]:
        """Read the policy and whoever has it: roles, users, groups, as a policy or as a boundary."""
        # No page size is set: AWS has a good one of its own, and an emulator lists nothing when there is one.
        live, (answer,) = yield from self._looked(look("list_entities_for_policy", self.address, pages=True))
        return None if live is None or answer is GONE else evolve(live, attached=frozenset(_entities(answer)))

    def _looked(self, *besides: Call) -> Reading[tuple[Self | None, tuple[Any, ...]]]:
        """Give the policy, and the answers to what else is asked of it."""
        seen, more = yield from self._with_default(*besides)
        if seen is None:
            return None, more
        found, listed, default = seen
        others = [Version(each["VersionId"]) for each in _versions(listed) if each["VersionId"] != default.id]
        if default.document != self.document:
            others = yield from self._with_documents(others)
        return self._live(found["Policy"], default, others), more

    def _with_default(self, *besides: Call) -> Reading[tuple[tuple[Any, Any, Version] | None, tuple[Any, ...]]]:
        """Give the policy, its list of versions and the default one; and the answers to what else is asked.

        Which version is the default is known only then, but most policies never get a second one. Where the default
        is not there, the policy has just been deleted, changed or made: then it is looked at again.
        """
        default = ""
        for attempt in range(LOOKS):
            yield from (Pause(min(2.0**attempt / 4, LONGEST_PAUSE)),) if attempt > 1 else ()
            found, listed, answer, *more = yield (
                look("get_policy", self.address),
                look("list_policy_versions", self.address, pages=True),
                self._version(FIRST),
                *besides,
            )
            if found is GONE:
                return None, tuple(more)
            default = found["Policy"]["DefaultVersionId"]
            answer = answer if default == FIRST else (yield self._version(default))
            if answer is not GONE:
                return (found, listed, Version(default, _document(answer))), tuple(more)
        said = f"{self.key}: IAM says that {default} is its default version, and that there is no such version"
        raise NotAccepted(said, next_step="Run again to continue.")

    def _version(self, number: str) -> Call:
        return look("get_policy_version", {**self.address, "VersionId": number})

    def _with_documents(self, versions: list[Version]) -> Reading[list[Version]]:
        answers = yield tuple(self._version(each.id) for each in versions)
        return [
            evolve(version, document=_document(answer))
            for version, answer in zip(versions, answers, strict=True)
            if answer is not GONE
        ]

    def _live(self, found: Any, default: Version, others: list[Version]) -> Self:
        return type(self)(
            name=found["PolicyName"],
            path=found["Path"],
            document=default.document,
            default=default.id,
            versions=(default, *others),
            place=self.place,
            **self.tag_state(tags.from_list(found.get("Tags", ()))),
        )

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Give the immutable fields that differ, and say when the document is too long for IAM."""
        yield from super().refuses(live)
        size = self.document.size()
        if size > MANAGED_POLICY_SIZE:
            reason = f"its document has {size} characters, and IAM takes {MANAGED_POLICY_SIZE}"
            yield Refusal(reason, "Split it into several policies.")

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Create the policy with its tags, or make the wanted document the default version and put the tags."""
        if live is None:
            yield write("iam", "create_policy", self._parameters(), "create the policy", settles=EXISTS)
            return
        if live.document != self.document:
            yield from self._renew(live)
        if missing := self.missing_tags(live):
            yield write("iam", "tag_policy", {**self.address, "Tags": tags.to_list(missing)}, "put the tags")

    def _parameters(self) -> dict[str, Any]:
        tagging = {"Tags": tags.to_list(self.tags)} if self.tags else {}
        return {"PolicyName": self.name, "Path": self.path, "PolicyDocument": self.document.to_json(), **tagging}

    def _renew(self, live: Self) -> Iterator[Step]:
        same = [version for version in live.versions if version.document == self.document]
        if same:
            parameters = {**self.address, "VersionId": max(same, key=lambda version: version.age).id}
            yield write("iam", "set_default_policy_version", parameters, "make an earlier version the default again")
            return
        if len(live.versions) >= MOST_VERSIONS:
            oldest = _idle(live)[0]
            yield self._deletion(oldest, f"delete {oldest.id}, the oldest version, to make room")
        parameters = {**self.address, "PolicyDocument": self.document.to_json(), "SetAsDefault": True}
        # Another run may just have used the room up: then reading again shows its version, or again too many.
        settles = ("LimitExceeded",)
        yield write("iam", "create_policy_version", parameters, "make a new default version", settles=settles)

    def _deletion(self, version: Version, says: str) -> Step:
        return take("delete_policy_version", {**self.address, "VersionId": version.id}, says)

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Detach it from our own roles and delete it with all versions; it stays while anybody else has it."""
        ours = {f"role {name}": name for name in sorted(self.roles)}
        if others := sorted(live.attached - ours.keys()):
            return Departure(stays=f"it is attached to {', '.join(others)}; detach it there, then run again")
        detached = (
            take("detach_role_policy", {"RoleName": name, **self.address}, f"detach it from {entity}")
            for entity, name in ours.items()
            if entity in live.attached
        )
        versions = (self._deletion(version, f"delete version {version.id}") for version in _idle(live))
        return Departure(steps=(*detached, *versions, take("delete_policy", self.address, "delete the policy")))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give states that differ in everything that can be repaired."""
        wanted = cls(name="examples-of-policies", document=_reading("s3:GetObject"))
        return (
            Example(name="as it is", first=wanted, then=wanted),
            Example(name="another document", first=evolve(wanted, document=_reading("s3:Get*")), then=wanted),
            Example(name="tagged", first=wanted, then=evolve(wanted, tags=FrozenDict({"team": "blue"}))),
        )


def _document(answer: Any) -> Document:
    return Document.parse(answer["PolicyVersion"]["Document"])


def _versions(listed: Any) -> list[Any]:
    return [] if listed is GONE else list(listed["Versions"])


def _idle(live: Policy) -> list[Version]:
    """Give the versions that may be deleted, the oldest first: all but the default."""
    idle = (version for version in live.versions if version.id != live.default)
    return sorted(idle, key=lambda version: version.age)


def _entities(answer: Any) -> Iterator[str]:
    for entity in ("Role", "User", "Group"):
        yield from (f"{entity.lower()} {each[f'{entity}Name']}" for each in answer.get(f"Policy{entity}s", ()))


def _reading(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::examples-of-buckets/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
