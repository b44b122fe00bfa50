"""Generated objects of earlier runs: which newer ones have replaced them, and whether anything still names them.

kustomize gives what it generates a name with a hash of the content, so that a change of it restarts the pods; what was
there before stays, as a rollback needs it. Source: kustomize reference, configMapGenerator.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tasktool_infra.engine.calls import GONE, Call, Meaning, Reading
from tasktool_infra.engine.resource import Key, Resource
from tasktool_infra.kube.answers import FORBIDDEN, NO_KIND
from tasktool_infra.kube.retries import SERVICE

GENERATED = frozenset({"config_map", "secret"})
_HASHED = re.compile(r"(?P<stem>.+)-[2456789bcdfghkmt]{10}")
_UNSEEN = Meaning("nobody may look")
USERS = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ControllerRevision"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "Pod"),
)
"""What may name a ConfigMap. A ReplicaSet is there for as long as a rollback to it is possible."""
_ENDED_JOB, _ENDED_POD = ("Complete", "Failed"), ("Succeeded", "Failed")


def stem(key: Key) -> Key | None:
    """Give what all generations of a generated object are called; None for what was not generated."""
    hashed = _HASHED.fullmatch(key.identity) if key.kind in GENERATED else None
    return Key(key.kind, hashed["stem"]) if hashed else None


def generations(wanted: Iterable[Resource]) -> frozenset[Key]:
    """Give the stems of the generated objects that are wanted: others of the same stem are older."""
    return frozenset(found for resource in wanted if (found := stem(resource.key)) is not None)


def texts_in_use(namespaces: Collection[str]) -> Reading[frozenset[str] | None]:
    """Give every text in what runs, or may run again, in some namespaces; None where nobody may look."""
    places = [(*kind, namespace) for namespace in sorted(namespaces) for kind in USERS]
    answers = yield tuple(_list(*place) for place in places)
    if any(answer is _UNSEEN for answer in answers):
        return None
    users = [user for answer in answers if answer is not GONE for user in answer["items"] if not _ended(user)]
    return frozenset(text for user in users for text in _texts(user))


def _list(api_version: str, kind: str, namespace: str) -> Call:
    parameters = {"api_version": api_version, "kind": kind, "namespace": namespace}
    return Call(SERVICE, "list", parameters, expects={NO_KIND: GONE, FORBIDDEN: _UNSEEN})


def _ended(user: Mapping[str, Any]) -> bool:
    """Say whether it is a Job or a Pod that has come to its end; no other kind has such a status."""
    status = user.get("status") or {}
    conditions = status.get("conditions") or ()
    done = any(each["type"] in _ENDED_JOB and each["status"] == "True" for each in conditions)
    return done or status.get("phase") in _ENDED_POD


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
