"""An S3 bucket: private, encrypted, versioned, reachable by TLS only."""

from collections.abc import Iterator
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.aws import s3_lock, tags
from tasktool_infra.aws.answers import ALLOW
from tasktool_infra.aws.documents import Document
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.aws.s3_emptying import EmptyBucket
from tasktool_infra.aws.s3_settings import FORBIDDEN, SETTINGS, TLS_SID, UNSET
from tasktool_infra.engine.calls import GONE, Call, Pause, Reading, Step, Wait, write
from tasktool_infra.engine.errors import ApiError, Problem, Refused
from tasktool_infra.engine.fields import fact, identity, immutable, shared
from tasktool_infra.engine.resource import Departure, Example, Removal
from tasktool_infra.values.frozen import FrozenDict, freeze

OLD_VERSIONS, UNFINISHED_UPLOADS = "tasktool-old-versions", "tasktool-unfinished-uploads"
LIFECYCLE: FrozenDict[Any] = FrozenDict(
    {
        OLD_VERSIONS: {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}},
        UNFINISHED_UPLOADS: {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    }
)
LOOKS = 5
"""How often, a second apart, a bucket is looked at that is there for some calls and not for others."""
NO_CONSTRAINT = "us-east-1"
"""The region that must not be named as a location. Source: S3 API reference, CreateBucket, LocationConstraint."""


@frozen(kw_only=True)
class Bucket(AwsResource):
    """An S3 bucket. Source: S3 API reference, CreateBucket and the sub-resources of a bucket.

    ``lifecycle`` holds rules by ID, without ID and filter; rules, policy statements and tags of others are kept. The
    defaults are the controls S3.5, S3.8, S3.10, S3.12, S3.13, S3.14 and S3.17 of AWS Security Hub.
    """

    kind = "s3_bucket"
    stable_reads = 2
    hardening = frozenset(
        {"object_ownership", "public_access_blocked", "encryption", "versioning", "tls_only", "lifecycle"}
    )

    name: str = identity()
    region: str = immutable("Choose another name (setting `bucket`), or the region that it is in.", default="")
    object_ownership: str = "BucketOwnerEnforced"
    public_access_blocked: bool = True
    encryption: str = "AES256"
    versioning: bool = True
    tls_only: bool = True
    lifecycle: FrozenDict[Any] = shared(default=LIFECYCLE, converter=freeze)
    found_tags: FrozenDict[str] = fact(default=FrozenDict(), repr=False)
    found_rules: tuple[Any, ...] = fact(default=(), repr=False)
    found_policy: str = fact(default="", repr=False)
    found_encryption: FrozenDict[Any] = fact(default=FrozenDict(), repr=False)
    found_versioning: FrozenDict[Any] = fact(default=FrozenDict(), repr=False)

    @property
    def address(self) -> dict[str, str]:
        """What every call to the bucket says: its name, and whose it must be."""
        return {"Bucket": self.name, "ExpectedBucketOwner": self.place.account}

    def at(self, place: Any) -> Self:
        """Give this at a place; without a region of its own it is wanted in that of the place."""
        placed = super().at(place)
        return placed if placed.region else evolve(placed, region=placed.place.region)

    def read(self) -> Reading[Self | None]:
        """Read the bucket and its sub-resources in one batch."""
        live, _ = yield from self._looked()
        return live

    def examine(self) -> Reading[Self | None]:
        """Read the bucket and, in the same batch, what S3 itself keeps from being deleted."""
        live, (lock,) = yield from self._looked(s3_lock.look(self.address))
        return live and evolve(live, remarks=tuple(s3_lock.protections(lock, live.found_versioning)))

    def _looked(self, *besides: Call) -> Reading[tuple[Self | None, tuple[Any, ...]]]:
        """Give the bucket, and the answers to what else is asked of it.

        Where some say that there is no bucket, it has just been made or deleted: then it is looked at again.
        """
        head = Call("s3", "head_bucket", self.address, expects={"404": GONE, "403": FORBIDDEN})
        calls = (head, *(setting.read(self) for setting in SETTINGS))
        answers: Any = (GONE,)
        for look in range(LOOKS):
            yield from (Pause(1.0),) if look else ()
            answers = yield (*calls, *besides)
            if answers[0] is GONE:
                return None, answers[len(calls) :]
            if GONE not in answers:
                break
        known = answers[: len(calls)]
        self._check_access(known)
        live = self._live(known[0], *(None if answer in (UNSET, GONE) else answer for answer in known[1:]))
        return live, answers[len(calls) :]

    def _check_access(self, answers: tuple[Any, ...]) -> None:
        if all(answer is FORBIDDEN for answer in answers):
            raise Refused(
                "the name is taken by another AWS account, or this caller may not even look at the bucket",
                next_step="Set another name for it: `bucket` in environments.toml, --bucket or TASKTOOL_BUCKET.",
            )
        calls = ("head_bucket (s3:ListBucket)", *(setting.get for setting in SETTINGS))
        denied = [call for call, answer in zip(calls, answers, strict=True) if answer is FORBIDDEN]
        if denied:
            said = f"not allowed on {self.name}: {', '.join(denied)}"
            raise ApiError("AccessDenied", said, call="s3", status=403, problem=Problem.DENIED, next_step=ALLOW)

    def _live(self, head: Any, *answers: Any) -> Self:
        values = {setting.field: setting.value(self, answer) for setting, answer in zip(SETTINGS, answers, strict=True)}
        _, _, encryption, versioning, policy, lifecycle, tagging = answers
        found_tags = tags.from_list(tagging["TagSet"]) if tagging else {}
        rules = freeze(lifecycle["Rules"]) if lifecycle else ()
        state = self.tag_state(found_tags)
        kept = (*state["kept"], *self._kept_rules(rules), *_kept_statements(policy))
        return type(self)(
            name=self.name,
            region=head["BucketRegion"],
            **values,
            found_tags=FrozenDict(found_tags),
            found_rules=rules,
            found_policy=policy["Policy"] if policy else "",
            found_versioning=freeze(versioning or {}),
            found_encryption=freeze(encryption["ServerSideEncryptionConfiguration"]["Rules"][0] if encryption else {}),
            ownership=state["ownership"],
            kept=kept,
            place=self.place,
        )

    def _kept_rules(self, rules: tuple[Any, ...]) -> list[str]:
        return [f"lifecycle rule {rule.get('ID', '?')}" for rule in rules if rule.get("ID") not in self.lifecycle]

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Create the bucket with its tags, then put each sub-resource that differs, one after the other.

        Puts side by side on one bucket are answered by OperationAborted.
        """
        if live is None:
            yield self._creation()
            live = self._made()
        for setting in SETTINGS:
            if getattr(live, setting.field) != getattr(self, setting.field):
                yield setting.write(self, live)

    def _creation(self) -> Call:
        configuration: dict[str, Any] = {"Tags": tags.to_list(self.tags)} if self.tags else {}
        if self.region != NO_CONSTRAINT:
            configuration["LocationConstraint"] = self.region
        parameters = {"Bucket": self.name, **({"CreateBucketConfiguration": configuration} if configuration else {})}
        return write("s3", "create_bucket", parameters, "create the bucket", settles=("BucketAlreadyOwnedByYou",))

    def _made(self) -> Self:
        """Give the bucket as the creating call leaves it; where S3 has left it otherwise, reading again will tell."""
        new: dict[str, Any] = {setting.field: setting.new for setting in SETTINGS}
        return evolve(self, **{**new, "tags": self.tags}, found_tags=self.tags)

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the bucket with all that is in it, when data may be deleted; else it stays."""
        if not removal.delete_data:
            stays = "it may hold data; --delete-data deletes it with all versions of all objects"
            return Departure(stays="; ".join((stays, *live.remarks)))
        gone = Call("s3", "head_bucket", self.address, expects={"404": GONE})
        return Departure(
            steps=(
                EmptyBucket(self.name, self.place.account),
                self._deletion(),
                Wait(gone, deadline=120, says="the bucket to be gone"),
            )
        )

    def _deletion(self) -> Call:
        """Give the call that deletes it; when somebody has put something into it meanwhile, all is looked at again."""
        full, gone = ("BucketNotEmpty",), {"NoSuchBucket": GONE}
        return write("s3", "delete_bucket", self.address, "delete the bucket", expects=gone, settles=full)

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the name."""
        yield "bucket", self.name

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give states that differ in everything that can be repaired."""
        wanted = cls(name="examples-of-buckets")
        loose: dict[str, Any] = {
            "object_ownership": "ObjectWriter",
            "public_access_blocked": False,
            "versioning": False,
        }
        return (
            Example(name="as it is", first=wanted, then=wanted),
            Example(name="hardened", first=evolve(wanted, **loose, lifecycle=FrozenDict()), then=wanted),
            Example(name="tagged", first=wanted, then=evolve(wanted, tags=FrozenDict({"team": "blue"}))),
        )


def _kept_statements(policy: Any) -> list[str]:
    statements = Document.parse(policy["Policy"]).statements if policy else ()
    return [
        f"policy statement {statement.sid or 'without Sid'}" for statement in statements if statement.sid != TLS_SID
    ]
