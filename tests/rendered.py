"""What rendered objects mean, so that two renderings can be compared."""

import re
from collections.abc import Iterator
from typing import Any

Objects = dict[tuple[str, str], dict[str, Any]]
HASH = re.compile(r"-[a-z0-9]{10}$")


def meaning(objects: list[dict[str, Any]]) -> Objects:
    """Take out what has no meaning: hashes, once all references agree with them, and the names of volumes."""
    configs = {each["metadata"]["name"] for each in objects if each["kind"] == "ConfigMap"}
    assert {name for name in texts(objects) if HASH.sub("", name) in {HASH.sub("", c) for c in configs}} == configs
    volumes = {mount["name"]: mount["mountPath"] for mount in dicts_with(objects, "mountPath")}
    return indexed([replaced(each, configs, volumes) for each in objects])


def indexed(objects: list[dict[str, Any]]) -> Objects:
    found = {(each["kind"], each["metadata"]["name"]): each for each in objects}
    assert len(found) == len(objects)
    return found


def replaced(value: Any, configs: set[str], volumes: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [replaced(item, configs, volumes) for item in value]
    if isinstance(value, dict):
        made = {key: replaced(item, configs, volumes) for key, item in value.items()}
        return made | {"name": f"at {volumes[made['name']]}"} if {"mountPath", "emptyDir"} & made.keys() else made
    return HASH.sub("", value) if isinstance(value, str) and value in configs else value


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def dicts_with(value: Any, key: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if key in value:
            yield value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from dicts_with(item, key)


def labels(objects: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """Give everything that labels or selects."""
    for key in ("labels", "matchLabels"):
        yield from (each[key] for each in dicts_with(objects, key))
    yield from (each["spec"]["selector"] for each in objects if each["kind"] == "Service")
