"""All objects in memory, with one counter for their resourceVersions and a history for those who watch.

Stored objects are never changed in place: what was handed out stays as it was.
"""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tasktool_infra.sandbox.kubernetes.kinds import Kind

Json = dict[str, Any]
HISTORY = 2000


@frozen
class Event:
    """One change: ADDED, MODIFIED or DELETED, with the object before and after it."""

    revision: int
    type: str
    kind: Kind
    object: Json
    previous: Json | None = None


class ExpiredError(Exception):
    """A watch wants to start before what the history still holds."""


class Store:
    """Objects by kind, namespace and name. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._objects: dict[Kind, dict[tuple[str, str], Json]] = {}
        self._events: deque[Event] = deque(maxlen=HISTORY)
        self._revision = 1
        self._closed = False

    @property
    def revision(self) -> int:
        """The counter's last value."""
        return self._revision

    def get(self, kind: Kind, namespace: str, name: str) -> Json | None:
        """One object, None when it does not exist; the namespace is empty for cluster-wide kinds."""
        with self.changed:
            return self._objects.get(kind, {}).get((namespace, name))

    def all_of(self, kind: Kind, namespace: str = "") -> list[Json]:
        """Give the objects of one namespace, of all when it is empty, by namespace and name."""
        with self.changed:
            found = sorted(self._objects.get(kind, {}).items())
        return [value for (where, _), value in found if namespace in ("", where)]

    def put(self, kind: Kind, value: Json) -> Json:
        """Store an object under the next resourceVersion and return it so."""
        with self.changed:
            key = _key(value)
            previous = self._objects.setdefault(kind, {}).get(key)
            stored = self._stamp(value)
            self._objects[kind][key] = stored
            self._tell("MODIFIED" if previous else "ADDED", kind, stored, previous)
            return stored

    def remove(self, kind: Kind, value: Json) -> None:
        """Forgets an object."""
        with self.changed:
            previous = self._objects[kind].pop(_key(value))
            self._tell("DELETED", kind, self._stamp(previous), previous)

    def history(self, after: int) -> list[Event]:
        """Give the changes after a revision, oldest first; raises ExpiredError when some of them are forgotten."""
        with self.changed:
            if len(self._events) == HISTORY and after < self._events[0].revision - 1:
                raise ExpiredError
            return [event for event in self._events if event.revision > after]

    def follow(self, after: int, timeout: float) -> Iterator[Event]:
        """Wait up to `timeout` seconds for changes after a revision; ends at once when the server stops."""
        with self.changed:
            self.changed.wait_for(lambda: self._revision > after or self._closed, timeout)
            events = self.history(after)
        yield from events

    @property
    def closed(self) -> bool:
        """Whether the server is stopping."""
        return self._closed

    def close(self) -> None:
        """Wakes everybody who waits."""
        with self.changed:
            self._closed = True
            self.changed.notify_all()

    def _stamp(self, value: Json) -> Json:
        self._revision += 1
        return value | {"metadata": value["metadata"] | {"resourceVersion": str(self._revision)}}

    def _tell(self, change: str, kind: Kind, value: Json, previous: Json | None) -> None:
        self._events.append(Event(self._revision, change, kind, value, previous))
        self.changed.notify_all()


def _key(value: Json) -> tuple[str, str]:
    metadata = value["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
