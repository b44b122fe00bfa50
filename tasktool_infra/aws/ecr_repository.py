"""An ECR repository: images scanned when pushed, tags that can't be moved, untagged images that expire."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.aws import ecr_calls as calls
from tasktool_infra.aws import ecr_lifecycle as lifecycle
from tasktool_infra.aws import marks, tags
from tasktool_infra.aws.key_arn import SHOW_KEY, is_key_arn
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.engine.calls import GONE, Reading, Step
from tasktool_infra.engine.fields import exclusive, fact, identity, immutable
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.resource import Departure, Example, Refusal, Removal
from tasktool_infra.values.frozen import FrozenDict

ANOTHER_KEY = "Leave `kms_key_arn` out to keep the key that it has, or move the images to a repository of another name."


def _texts(given: Iterable[str]) -> frozenset[str]:
    return frozenset(given)


@frozen(kw_only=True)
class Repository(AwsResource):
    """An ECR repository. Source: Amazon ECR API reference, CreateRepository and the settings of a repository.

    ``excluded_tags`` are patterns of tags that may be moved although tags are immutable (or the other way round);
    ``untagged_days`` is the age at which untagged images expire, None for never; other lifecycle rules and tags are
    kept. Without a ``kms_key_arn`` any encryption is right. One that is ``shared`` belongs to the application and is
    used by several of its environments. The defaults are the controls ECR.1, .2 and .3 of AWS Security Hub.
    """

    kind = "ecr_repository"
    hardening = frozenset({"scan_on_push", "immutable_tags", "excluded_tags", "untagged_days", "kms_key_arn"})

    name: str = identity()
    scan_on_push: bool = True
    immutable_tags: bool = True
    excluded_tags: frozenset[str] = exclusive(default=frozenset(), converter=_texts)
    untagged_days: int | None = 14
    kms_key_arn: str | None = immutable(ANOTHER_KEY, default=None)
    shared: bool = fact(default=False)
    uri: str = fact(default="")
    empty: bool = fact(default=False, repr=False)
    """Whether it is known to hold no image: only an examination looks."""
    found_tags: FrozenDict[str] = fact(default=FrozenDict(), repr=False)
    found_rules: lifecycle.Rules = fact(default=(), repr=False)

    @property
    def arn(self) -> str:
        """The ARN, which follows from place and name."""
        return self.place.arn("ecr", f"repository/{self.name}")

    @property
    def address(self) -> dict[str, str]:
        """What most calls to the repository say."""
        return {"repositoryName": self.name}

    def marked(self, owner: Owner) -> Self:
        """Give this with the tags of its owner; a shared one says by whom it is used, not whose it is."""
        mark = marks.shared_marks(owner) if self.shared else marks.marks(owner)
        return evolve(self, tags=self.tags | mark)

    def read(self) -> Reading[Self | None]:
        """Read the repository, its lifecycle policy and its tags in one batch."""
        described, policy, tagging = yield calls.reads(self)
        return None if GONE in (described, policy, tagging) else self._live(described, policy, tagging)

    def examine(self) -> Reading[Self | None]:
        """Read all that, and whether it holds any image."""
        described, policy, tagging, images = yield (*calls.reads(self), calls.first_image(self))
        if GONE in (described, policy, tagging, images):
            return None
        empty = not images.get("imageIds") and not images.get("nextToken")
        return evolve(self._live(described, policy, tagging), empty=empty)

    def _live(self, described: Any, policy: Any, tagging: Any) -> Self:
        found, found_tags = described["repositories"][0], tags.from_list(tagging.get("tags", ()))
        rules = lifecycle.rules_of("" if policy is calls.UNSET else policy["lifecyclePolicyText"])
        encryption = found.get("encryptionConfiguration", {})
        state = self.tag_state(found_tags)
        kept = (*state.pop("kept"), *(lifecycle.title(rule) for rule in rules if not lifecycle.is_ours(rule)))
        return type(self)(
            name=found["repositoryName"],
            scan_on_push=found.get("imageScanningConfiguration", {}).get("scanOnPush", False),
            immutable_tags=found["imageTagMutability"].removesuffix(calls.EXCLUSION) == "IMMUTABLE",
            excluded_tags=_texts(each["filter"] for each in found.get("imageTagMutabilityExclusionFilters", ())),
            untagged_days=lifecycle.untagged_days(rules),
            kms_key_arn=encryption.get("kmsKey", encryption.get("encryptionType")) if self.kms_key_arn else None,
            shared=self.shared,
            uri=found["repositoryUri"],
            found_tags=found_tags,
            found_rules=rules,
            **state,
            kept=kept,
            place=self.place,
        )

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Refuse another key, and an alias or a bare id of one: the repository answers its ARN."""
        if self.kms_key_arn is not None and not is_key_arn(self.kms_key_arn):
            yield Refusal(f"kms_key_arn {self.kms_key_arn} is not the ARN of a key", SHOW_KEY)
        yield from super().refuses(live)

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Create the repository, then put each setting that differs."""
        if live is None:
            yield calls.creation(self)
            live = evolve(self, untagged_days=None)
        yield from calls.changes(self, live)

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the repository with its last user, when it is empty or data may be deleted; else take our mark off.

        One that holds images keeps the mark, so that it is still ours when it is to go. A shared one without any mark
        may well be in use: somebody has taken the marks off.
        """
        ours, users = marks.users(self.tags), marks.users(live.found_tags)
        if users - ours:
            stays = f"it is used by {', '.join(sorted(users - ours))}"
            return Departure(steps=calls.release(self, users & ours), stays=stays)
        if ours and not users:
            return Departure(stays=f"it does not say that {', '.join(sorted(ours))} uses it; provision marks it again")
        if not live.empty and not removal.delete_data:
            return Departure(stays="it holds images; --delete-data deletes it with them")
        return Departure(steps=calls.deletion(live, with_images=removal.delete_data))

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the URI that images are pushed to."""
        yield f"repository {self.name.rpartition('/')[2]}", self.uri

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give states that differ in everything that can be repaired."""
        wanted = cls(name="examples/of-repositories")
        loose = evolve(wanted, scan_on_push=False, immutable_tags=False, untagged_days=None)
        shared = evolve(wanted, shared=True)
        keyed = evolve(
            wanted, kms_key_arn="arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
        )
        return (
            Example(name="as it is", first=wanted, then=wanted),
            Example(name="hardened", first=loose, then=wanted),
            Example(name="other age", first=evolve(wanted, untagged_days=30), then=wanted),
            Example(name="movable tags", first=evolve(wanted, excluded_tags=frozenset({"latest*"})), then=wanted),
            Example(name="shared", first=shared, then=shared),
            Example(name="own key", first=keyed, then=keyed),
            Example(name="tagged", first=wanted, then=evolve(wanted, tags=FrozenDict({"team": "blue"}))),
        )
