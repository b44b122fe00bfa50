"""How the tables say which action a call needs, and on what."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tasktool_infra.aws.place import Place

_FIELD = re.compile(r"\{([\w.]+)\}")


@frozen
class Need:
    """One action that a caller must be allowed, and the ARN it is done to: ``*`` where the API can't be scoped."""

    action: str
    resource: str = "*"


@frozen
class Rule:
    """One action that an operation needs.

    ``on`` is the ARN, with parameters of the call in braces (``{SSESpecification.KMSMasterKeyId}``) beside
    ``{partition}``, ``{region}``, ``{account}`` and ``{RolePath}``; a list gives an ARN for each item, an object
    for each key. ``when`` names a parameter without which the action is not needed, ``unless`` one with which
    it is not.
    """

    action: str
    on: str = "*"
    when: str = ""
    unless: str = ""

    def needs(self, parameters: Mapping[str, Any], place: Place, role_paths: Mapping[str, str]) -> Iterator[Need]:
        """Give what a call with these parameters needs."""
        if self.when and _find(self.when, parameters) is None:
            return
        if self.unless and _find(self.unless, parameters) is not None:
            return
        names = {"partition": place.partition, "region": place.region, "account": place.account}
        # Calls name a role without its path, which is part of its ARN.
        path = role_paths.get(str(parameters.get("RoleName")), "/*")
        around = {"Path": "/", "RolePath": path, **parameters, **names}
        yield from (Need(self.action, arn) for arn in _filled(self.on, around))


def _filled(template: str, values: Mapping[str, Any]) -> Iterator[str]:
    field = _FIELD.search(template)
    if field is None:
        yield template
        return
    value = _find(field[1], values)
    for each in value if isinstance(value, tuple | list | Mapping) else (value,):
        text = str(each).removeprefix("https://")
        yield from _filled(template[: field.start()] + text + template[field.end() :], values)


def _find(path: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
