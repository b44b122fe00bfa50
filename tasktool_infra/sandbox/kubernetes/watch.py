"""Watches: what stands, then every change, as long as the client wants. Source: Kubernetes API concepts, "Watches"."""

import time
from collections.abc import Iterator
from typing import Any

from tasktool_infra.sandbox.kubernetes.errors import ApiError
from tasktool_infra.sandbox.kubernetes.messages import Request
from tasktool_infra.sandbox.kubernetes.selectors import Test
from tasktool_infra.sandbox.kubernetes.store import Event, ExpiredError, Store
from tasktool_infra.sandbox.kubernetes.targets import Target

Json = dict[str, Any]
LONGEST = 1800


def watch(store: Store, target: Target, wanted: Test, request: Request) -> Iterator[Json]:
    """Give the events of one list from the revision that the request names; without one, first what stands."""
    since = request.query.get("resourceVersion", "")
    seconds = min(float(request.query.get("timeoutSeconds") or LONGEST), LONGEST)
    initial = request.flag("sendInitialEvents") or since in ("", "0")
    with store.changed:
        standing = store.all_of(target.kind, target.namespace) if initial else []
        revision = store.revision if initial else int(since)
    yield from ({"type": "ADDED", "object": value} for value in standing if wanted(value))
    if request.flag("sendInitialEvents"):
        yield _bookmark(target, revision)
    yield from _changes(store, target, wanted, revision, time.monotonic() + seconds)


def _changes(store: Store, target: Target, wanted: Test, revision: int, end: float) -> Iterator[Json]:
    while not store.closed and (left := end - time.monotonic()) > 0:
        try:
            for event in store.follow(revision, left):
                revision = event.revision
                yield from _shown(event, target, wanted)
        except ExpiredError:
            yield {"type": "ERROR", "object": ApiError(410, "Expired", "too old resource version").status}
            return


def _shown(event: Event, target: Target, wanted: Test) -> Iterator[Json]:
    """Give an event as the selectors let it be seen: what they no longer match is gone."""
    if event.kind != target.kind or target.namespace not in ("", event.object["metadata"].get("namespace", "")):
        return
    now = event.type != "DELETED" and wanted(event.object)
    before = event.previous is not None and wanted(event.previous)
    if now or before:
        kind = "DELETED" if not now else "MODIFIED" if before else "ADDED"
        yield {"type": kind, "object": event.object}


def _bookmark(target: Target, revision: int) -> Json:
    """Give the end of what stands, for clients that asked to be told."""
    metadata = {"resourceVersion": str(revision), "annotations": {"k8s.io/initial-events-end": "true"}}
    kind = {"kind": target.kind.name, "apiVersion": target.kind.api_version}
    return {"type": "BOOKMARK", "object": kind | {"metadata": metadata}}
