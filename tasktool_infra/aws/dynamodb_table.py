"""A DynamoDB table with its indexes: on demand, recoverable to any point in time, protected from deletion."""

from collections.abc import Iterator
from typing import Any, Self

from attrs import evolve, frozen

from tasktool_infra.aws import dynamodb_calls as calls
from tasktool_infra.aws import tags
from tasktool_infra.aws.dynamodb_changes import changes, creation, deletion
from tasktool_infra.aws.dynamodb_found import found
from tasktool_infra.aws.dynamodb_keys import ON_DEMAND, PROVISIONED, Attribute, Index, attribute, optional, pair
from tasktool_infra.aws.dynamodb_refusals import ANOTHER_TABLE, refusals
from tasktool_infra.aws.kind import AwsResource
from tasktool_infra.engine.calls import GONE, Pause, Reading, Step
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.fields import exclusive, fact, identity, immutable
from tasktool_infra.engine.owner import Ownership
from tasktool_infra.engine.resource import Departure, Example, Phase, Refusal, Removal
from tasktool_infra.values.frozen import FrozenDict

__all__ = ["Attribute", "Index", "Table"]

LOOKS = 60
"""How often, a second apart, a table is looked at whose tags do not show yet."""


@frozen(kw_only=True)
class Table(AwsResource):
    """A DynamoDB table. Source: DynamoDB API reference, CreateTable and UpdateTable.

    Keys are :class:`Attribute` values or their short form: ``Table(name="tasks", hash_key="task_id:S")``. ``billing``
    is ``PAY_PER_REQUEST`` or ``PROVISIONED``; the latter begins with the smallest throughput, which is not looked at
    again. Without a ``kms_key_arn`` AWS owns the key. Indexes are ours alone; tags, local indexes and the recovery
    period of others are kept. The defaults are the controls DynamoDB.1, .2 and .6 of AWS Security Hub.
    """

    kind = "dynamodb_table"
    hardening = frozenset({"point_in_time_recovery", "deletion_protection", "kms_key_arn"})
    takes_time = True

    name: str = identity()
    hash_key: Attribute = immutable(ANOTHER_TABLE, converter=attribute)
    range_key: Attribute | None = immutable(ANOTHER_TABLE, default=None, converter=optional)
    indexes: frozenset[Index] = exclusive(default=frozenset(), converter=frozenset)
    billing: str = ON_DEMAND
    point_in_time_recovery: bool = True
    deletion_protection: bool = True
    kms_key_arn: str | None = None
    id: str = fact(default="", repr=False)
    status: str = fact(default="", repr=False)
    unsettled_indexes: frozenset[str] = fact(default=frozenset(), repr=False)
    local_keys: frozenset[Attribute] = fact(default=frozenset(), repr=False)
    recovery_days: int | None = fact(default=None, repr=False)

    @property
    def keys(self) -> tuple[Attribute, ...]:
        """The keys of the table itself."""
        return pair(self.hash_key, self.range_key)

    @property
    def all_keys(self) -> tuple[Attribute, ...]:
        """The keys of the table and of its indexes; some more than once."""
        return (*self.keys, *(key for index in self.indexes for key in index.keys))

    @property
    def arn(self) -> str:
        """The ARN, which follows from place and name."""
        return self.place.arn("dynamodb", f"table/{self.name}")

    def read(self) -> Reading[Self | None]:
        """Read the table, its backups and its tags in one batch.

        A table whose tags can't be had is nobody's to judge: they lag behind a creation, and an archived table has
        none.
        """
        if self.hosted:
            # Nothing depends on its tags, and not every emulator can be asked for them by an ARN of a region `local`.
            described, backups = yield (calls.describe(self.name), calls.backups(self.name))
            return None if described is GONE else self._live(described["Table"], backups, {})
        for look in range(LOOKS):
            described, backups, tagging = yield calls.reads(self.name, self.arn)
            if described is GONE:
                return None
            if tagging is calls.FORBIDDEN:
                # Of an absent table too it is said that its tags are forbidden: this one may have just come, or gone.
                if look == 0 or described["Table"]["TableStatus"] == "DELETING":
                    yield Pause(1.0)
                    continue
                tagging = yield calls.tagging(self.arn)
            live = self._live(described["Table"], backups, tagging)
            if live.settled is Phase.DELETING and live.ownership is Ownership.NOBODYS:
                # Its tags go first, and nothing is ever done to it but waiting until it is gone.
                return evolve(live, ownership=Ownership.OURS)
            if tagging is not GONE:
                return live
            if live.status in calls.BROKEN:
                break
            yield Pause(1.0)
        why = calls.BROKEN.get(live.status, f"it is {live.status}")
        raise Refused(f"{self.key}: it exists, but its tags can't be read: {why}", next_step=ANOTHER_TABLE)

    def _live(self, table: Any, backups: Any, tagging: Any) -> Self:
        values = found(table, {} if backups is GONE else backups["ContinuousBackupsDescription"], self.all_keys)
        state = self.tag_state({} if tagging is GONE else tags.from_list(tagging.get("Tags", ())))
        kept = (*state.pop("kept"), *(f"local index {i['IndexName']}" for i in table.get("LocalSecondaryIndexes", ())))
        return type(self)(name=table["TableName"], **values, **state, kept=kept, place=self.place)

    def refuses(self, live: Self | None) -> Iterator[Refusal]:
        """Refuse other keys, changed indexes, and tables that nothing of ours can repair."""
        yield from refusals(self, live, super().refuses(live))

    def converge(self, live: Self | None) -> Iterator[Step]:
        """Create the table, or let it settle; then change what differs."""
        if live is None or live.settled is Phase.DELETING:
            yield from () if live is None else (calls.until_gone(self.name, live.id),)
            yield creation(self)
            yield calls.until_ready(self.name)
            live = evolve(self, point_in_time_recovery=False)
        elif live.settled is not Phase.SETTLED:
            yield calls.until_ready(self.name, calls.LONG if live.unsettled_indexes else calls.SOON)
        yield from changes(self, live)

    def remove(self, live: Self, removal: Removal) -> Departure:
        """Delete the table with its items, when data may be deleted; else it stays."""
        if live.settled is Phase.DELETING:
            return Departure(steps=(calls.until_gone(self.name, live.id),))
        if not removal.delete_data:
            return Departure(stays="it may hold data; --delete-data switches its protection off and deletes it")
        return Departure(steps=tuple(deletion(live)))

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Give the name."""
        yield "table", self.name

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Give states that differ in everything that can be repaired."""
        by_user = Index(name="by_user", hash_key="user:S", range_key="at:N")
        by_state = Index(name="by_state", hash_key="state:S", range_key="at:N")
        some = Index(name="some", hash_key="state:S", projection="INCLUDE", non_key_attributes=frozenset({"a", "b"}))
        wanted = cls(name="examples-of-tables", hash_key=Attribute("id"), indexes=frozenset({by_user, by_state}))
        loose: dict[str, Any] = {"point_in_time_recovery": False, "deletion_protection": False}
        others = evolve(wanted, indexes=frozenset({by_user, some}))
        key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
        return (
            Example(name="as it is", first=wanted, then=wanted),
            Example(name="hardened", first=evolve(wanted, **loose, billing=PROVISIONED), then=wanted),
            Example(name="other indexes", first=others, then=wanted),
            Example(name="own key", first=wanted, then=evolve(wanted, kms_key_arn=key)),
            Example(name="tagged", first=wanted, then=evolve(wanted, tags=FrozenDict({"team": "blue"}))),
        )
