"""Keeps secret values out of what is shown: each is a number, so that a change is still seen."""

import json
import re
from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field

from tasktool_infra.engine.differences import FieldChange
from tasktool_infra.engine.plan import Change, Plan
from tasktool_infra.engine.resource import Key
from tasktool_infra.values.secret import Sealed, Secret

_NAMES = re.compile(
    r"(password|passwd|passphrase|secret|token|credentials?|private_?key|access_?key(_?id)?|api_?key|secret_?key"
    r"|client_?secret|connection_?string)$",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{8,}\.[\w-]{8,}\.|://[^\s/:@]+:[^\s/@]+@"
)
_ENV_VALUE = re.compile(r"\benv\[(.+)\]\.value$")
_LAST = re.compile(r"([^.\[\]]+)\]?$")
_OPEN = ("metadata.labels", "labels", "type", "immutable")
"""What of a Kubernetes Secret is no secret."""


@define
class Secrets:
    """Numbers secret values: the same value has the same number.

    A Kubernetes Secret brings its values as secrets; those that stand elsewhere are known by their names and looks.
    """

    _numbers: dict[str, int] = field(init=False, factory=dict)

    def hidden(self, value: Any) -> Any:
        """Give what stands for a value; absence is no secret."""
        if value is None or value == "":
            return value
        bare = value.value if isinstance(value, Secret) else value
        key = repr(bare) if isinstance(bare, Sealed) else json.dumps(bare, sort_keys=True, default=repr)
        return f"<-- value not shown (#{self._numbers.setdefault(key, len(self._numbers) + 1)})"

    def within(self, value: Any) -> Any:
        """Give JSON data with what is secret in it hidden: by the names of keys, and by what values look like."""
        if isinstance(value, Mapping):
            named = isinstance(value.get("name"), str) and secret_name(value["name"])
            return {
                key: self._member(item, secret=secret_name(key) or (named and key == "value"))
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.within(item) for item in value]
        secret = isinstance(value, Secret | Sealed) or (isinstance(value, str) and _VALUES.search(value))
        return self.hidden(value) if secret else value

    def _member(self, item: Any, *, secret: bool) -> Any:
        return self.hidden(item) if secret and isinstance(item, str) else self.within(item)

    def field(self, key: Key, each: FieldChange) -> FieldChange:
        """Give a field change of a resource as it may be shown."""
        last = _LAST.search(each.path)
        # What is named by itself is a member of a set, such as a kind.
        named = last is not None and secret_name(last[1]) and last[1] not in (each.old, each.new)
        variable = _ENV_VALUE.search(each.path)
        # One of no known name may be a secret.
        by_name = named or (variable is not None and (variable[1].isdigit() or secret_name(variable[1])))
        whole = key.kind == "secret" and not each.path.startswith(_OPEN)
        if whole or (
            by_name and all(isinstance(value, str | Secret | Sealed | None) for value in (each.old, each.new))
        ):
            return evolve(each, old=self.hidden(each.old), new=self.hidden(each.new))
        return evolve(each, old=self.within(each.old), new=self.within(each.new))


def secret_name(name: str) -> bool:
    """Say whether what is called so is a secret."""
    return _NAMES.search(name) is not None


def without_secrets(plan: Plan) -> Plan:
    """Give the plan as it may be shown: its field changes without secret values."""
    secrets = Secrets()
    return evolve(plan, changes=tuple(_shown(change, secrets) for change in plan.changes))


def _shown(change: Change, secrets: Secrets) -> Change:
    return evolve(change, fields=tuple(secrets.field(change.key, each) for each in change.fields))
