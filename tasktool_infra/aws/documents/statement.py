"""One statement of a policy document."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

from attrs import field, frozen

from tasktool_infra.aws.documents import parts
from tasktool_infra.aws.documents.parts import AnyCase, Condition, PolicyError, Principal

# How each element is called here, how it is read, and how it is written.
_ELEMENTS: dict[str, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "Principal": ("principals", parts.principals, parts.principal_data),
    "NotPrincipal": ("not_principals", parts.principals, parts.principal_data),
    "Action": ("actions", parts.actions, parts.action_data),
    "NotAction": ("not_actions", parts.actions, parts.action_data),
    "Resource": ("resources", parts.resources, parts.one_or_list),
    "NotResource": ("not_resources", parts.resources, parts.one_or_list),
    "Condition": ("conditions", parts.conditions, parts.condition_data),
}
_PAIRS = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))


@frozen(kw_only=True)
class Statement:
    """What is allowed or denied, to whom, on what, when. None means that the element is absent.

    The Sid is a name and permits nothing, so that it does not count when statements are compared.
    """

    effect: str
    principals: frozenset[Principal] | None = None
    not_principals: frozenset[Principal] | None = None
    actions: frozenset[AnyCase] | None = None
    not_actions: frozenset[AnyCase] | None = None
    resources: frozenset[str] | None = None
    not_resources: frozenset[str] | None = None
    conditions: frozenset[Condition] = frozenset()
    sid: str | None = field(default=None, eq=False)

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read a statement.

        Takes:
            data: an object as JSON has it.

        Raises:
            PolicyError: it is no statement.

        """
        if not isinstance(data, Mapping):
            raise PolicyError("must be an object")
        _check(data)
        values = {name: _read(element, read, data) for element, (name, read, _) in _ELEMENTS.items() if element in data}
        return cls(effect=data["Effect"], sid=data.get("Sid") or None, **values)

    def to_dict(self) -> dict[str, Any]:
        """Give the statement as JSON data: elements in one order, sets sorted, lists of one as their item."""
        data: dict[str, Any] = {"Sid": self.sid} if self.sid else {}
        data["Effect"] = self.effect
        for element, (name, _, write) in _ELEMENTS.items():
            if value := getattr(self, name):
                data[element] = write(value)
        return data

    def __repr__(self) -> str:
        return f"Statement({json.dumps(self.to_dict(), ensure_ascii=False)})"


def _read(element: str, read: Callable[[Any], Any], data: Mapping[str, Any]) -> Any:
    try:
        return read(data[element])
    except PolicyError as error:
        raise PolicyError(f"{element} {error}") from None


def _check(data: Mapping[str, Any]) -> None:
    if unknown := sorted(map(str, data.keys() - {"Sid", "Effect", *_ELEMENTS})):
        raise PolicyError(f"has an unknown element: {', '.join(unknown)}")
    if data.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError("must have the Effect Allow or Deny")
    if not isinstance(data.get("Sid", ""), str):
        raise PolicyError("has a Sid that is no text")
    for one, other in _PAIRS:
        if one in data and other in data:
            raise PolicyError(f"has both {one} and {other}")
    if "Action" not in data and "NotAction" not in data:
        raise PolicyError("has neither Action nor NotAction")
