"""Keys and indexes of a DynamoDB table, between our values and what the API says.

Source: DynamoDB API reference, AttributeDefinition, KeySchemaElement, Projection, GlobalSecondaryIndexDescription.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

TYPES = ("S", "N", "B")
"""Text, number and binary: what a key may be."""
ON_DEMAND, PROVISIONED = "PAY_PER_REQUEST", "PROVISIONED"
SMALLEST = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
"""The throughput that something provisioned begins with; nobody compares it later, so that scaling may change it."""


@frozen
class Attribute:
    """An attribute that is a key: its name and its type, ``S``, ``N`` or ``B``."""

    name: str
    type: str = "S"

    def __str__(self) -> str:
        """Give ``name:type``."""
        return f"{self.name}:{self.type}"


def attribute(given: "Attribute | str") -> Attribute:
    """Give an attribute; takes one, or its short form ``name:type``. Raises ValueError for another type."""
    if isinstance(given, Attribute):
        return given
    name, _, kind = given.rpartition(":")
    if not name or kind not in TYPES:
        raise ValueError(f"{given!r} is no key attribute: write name:type, with the type one of {', '.join(TYPES)}")
    return Attribute(name, kind)


def optional(given: "Attribute | str | None") -> Attribute | None:
    """Give an attribute, or None for None."""
    return None if given is None else attribute(given)


def _names(given: Iterable[str]) -> frozenset[str]:
    return frozenset(given)


@frozen(kw_only=True)
class Index:
    """A global secondary index. The keys are attributes or their short form, such as ``"status:S"``.

    ``projection`` is ``ALL``, ``KEYS_ONLY``, or ``INCLUDE`` with ``non_key_attributes``.
    """

    name: str
    hash_key: Attribute = field(converter=attribute)
    range_key: Attribute | None = field(default=None, converter=optional)
    projection: str = "ALL"
    non_key_attributes: frozenset[str] = field(default=frozenset(), converter=_names)

    def __str__(self) -> str:
        """Give keys and projection."""
        keys = " and ".join(map(str, self.keys))
        return f"{keys} with {self.projection}{sorted(self.non_key_attributes) or ''}"

    @property
    def keys(self) -> tuple[Attribute, ...]:
        """The key attributes."""
        return pair(self.hash_key, self.range_key)


def pair(hash_key: Attribute, range_key: Attribute | None) -> tuple[Attribute, ...]:
    """Give the keys that there are."""
    return (hash_key,) if range_key is None else (hash_key, range_key)


def schema(keys: tuple[Attribute, ...]) -> list[dict[str, str]]:
    """Give keys as a KeySchema."""
    roles = ("HASH", "RANGE")
    return [{"AttributeName": key.name, "KeyType": role} for key, role in zip(keys, roles, strict=False)]


def definitions(keys: Iterable[Attribute]) -> list[dict[str, str]]:
    """Give AttributeDefinitions: every key once, and nothing else, or the API refuses."""
    return [{"AttributeName": key.name, "AttributeType": key.type} for key in sorted(set(keys), key=str)]


def index_body(index: Index, billing: str) -> dict[str, Any]:
    """Give an index as CreateTable and UpdateTable take it; one that is provisioned must say its throughput."""
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.non_key_attributes:
        projection["NonKeyAttributes"] = sorted(index.non_key_attributes)
    made = {"IndexName": index.name, "KeySchema": schema(index.keys), "Projection": projection}
    return {**made, "ProvisionedThroughput": SMALLEST} if billing == PROVISIONED else made


def types_of(table: Mapping[str, Any]) -> dict[str, str]:
    """Give the types of the key attributes of a table that DescribeTable described."""
    return {each["AttributeName"]: each["AttributeType"] for each in table.get("AttributeDefinitions", ())}


def found_key(part: Mapping[str, Any], role: str, types: Mapping[str, str]) -> Attribute | None:
    """Give the key of a table or index that has a role, or None.

    An index may have several keys of one role: they become one attribute that equals none that can be wanted.
    """
    names = [each["AttributeName"] for each in part["KeySchema"] if each["KeyType"] == role]
    return Attribute(" + ".join(names), " + ".join(types.get(n, "?") for n in names)) if names else None


def found_index(part: Mapping[str, Any], types: Mapping[str, str]) -> Index:
    """Give an index that DescribeTable described; throughput and sizes are no part of what is wanted."""
    hash_key = found_key(part, "HASH", types)
    assert hash_key is not None
    return Index(
        name=part["IndexName"],
        hash_key=hash_key,
        range_key=found_key(part, "RANGE", types),
        projection=part.get("Projection", {}).get("ProjectionType", "ALL"),
        non_key_attributes=frozenset(part.get("Projection", {}).get("NonKeyAttributes", ())),
    )
