"""What a cluster's controllers would do, played: nothing runs here, but what is waited for comes to be.

A namespace gets its default ServiceAccount and the CA, and empties itself when deleted. What becomes of everything else
stands in `plays.py`. Each status is written as a controller writes it: later, by a manager of its own.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tasktool_infra.sandbox.kubernetes import kinds
from tasktool_infra.sandbox.kubernetes.certificates import settle_certificates
from tasktool_infra.sandbox.kubernetes.kinds import Kind
from tasktool_infra.sandbox.kubernetes.objects import Objects
from tasktool_infra.sandbox.kubernetes.plays import PLAYS, condition
from tasktool_infra.sandbox.kubernetes.store import ExpiredError
from tasktool_infra.sandbox.kubernetes.targets import Options, Target

Json = dict[str, Any]
PAUSE = 0.05
"""Seconds between a change and what the controllers make of it: short, but never at once."""
OPTIONS = Options("sandbox-controllers")
ROOT_CA = "kube-root-ca.crt"


@frozen
class Controllers:
    """A thread that looks after every change."""

    objects: Objects
    ca: str
    """The cluster's certificate authority, which every namespace gets."""

    def start(self) -> threading.Thread:
        """Start; ends when the store is closed."""
        thread = threading.Thread(target=self._run, name="sandbox-controllers", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        store, seen = self.objects.store, 0
        while not store.closed:
            try:
                for _ in store.follow(seen, timeout=60):
                    break
            except ExpiredError:
                pass
            seen = store.revision
            time.sleep(PAUSE)
            self.settle()

    def settle(self) -> None:
        """Look at everything once and write what is not yet so."""
        store = self.objects.store
        with self.objects.lock:
            settle_certificates(self.objects)
            for kind, play in PLAYS.items():
                for live in store.all_of(kind):
                    self._write_status(kind, live, play(self.objects, live))
            for namespace in store.all_of(kinds.NAMESPACE):
                self._namespace(namespace)

    def _write_status(self, kind: Kind, live: Json, status: Json | None) -> None:
        found = live.get("status", {})
        if status is not None and not _agrees(found, status):
            stamped = _stamped(found | status, self.objects.clock().strftime("%Y-%m-%dT%H:%M:%SZ"))
            self.objects.replace(_target(kind, live, "status"), live | {"status": stamped}, OPTIONS)

    def _namespace(self, live: Json) -> None:
        name, metadata = live["metadata"]["name"], live["metadata"]
        if not metadata.get("deletionTimestamp"):
            self._furnish(name)
        elif left := list(self._emptied(name)):
            self._write_status(kinds.NAMESPACE, live, _remaining(left))
        elif not metadata.get("finalizers"):
            self.objects.finish(_target(kinds.NAMESPACE, live))

    def _furnish(self, namespace: str) -> None:
        """Give a namespace its default account and the cluster's CA."""
        config = {"data": {"ca.crt": self.ca}}
        for kind, name, content in ((kinds.SERVICE_ACCOUNT, "default", {}), (kinds.CONFIG_MAP, ROOT_CA, config)):
            target = Target(kind, namespace, name)
            if not self.objects.store.get(*_place(target)):
                self.objects.create(target, {"metadata": {"name": name}} | content, OPTIONS)

    def _emptied(self, namespace: str) -> Iterator[tuple[Kind, Json]]:
        """Delete what stands in a namespace and give what stays because of its finalizers."""
        for kind in kinds.KINDS:
            for value in self.objects.store.all_of(kind, namespace) if kind.namespaced else ():
                target = _target(kind, value)
                self.objects.delete(target, {})
                if left := self.objects.store.get(*_place(target)):
                    yield kind, left


def _remaining(left: list[tuple[Kind, Json]]) -> Json:
    """Give the status of a namespace whose objects are held by finalizers."""
    held = [name for _, value in left for name in value["metadata"]["finalizers"]]
    where = ", ".join(f"{name} in {held.count(name)} resource instances" for name in sorted(set(held)))
    message = f"Some content in the namespace has finalizers remaining: {where}"
    remaining = condition("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", message)
    return {"phase": "Terminating", "conditions": [remaining]}


def _agrees(found: Any, wanted: Any) -> bool:
    """Whether everything wanted is found; times and other fields aside."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_agrees(found.get(name), child) for name, child in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_agrees, found, wanted))
    return bool(found == wanted)


def _stamped(status: Json, now: str) -> Json:
    conditions = [{"lastTransitionTime": now} | condition for condition in status.get("conditions", [])]
    return status | ({"conditions": conditions} if conditions else {})


def _target(kind: Kind, value: Json, subresource: str = "") -> Target:
    metadata = value["metadata"]
    return Target(kind, metadata.get("namespace", ""), metadata["name"], subresource)


def _place(target: Target) -> tuple[Kind, str, str]:
    return target.kind, target.namespace, target.name
