"""The verbs of the API on stored objects: create, apply, replace, patch, delete. HTTP stands elsewhere."""

import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen

from tasktool_infra.sandbox.kubernetes import errors, managers, validation
from tasktool_infra.sandbox.kubernetes.defaults import with_defaults, with_facts
from tasktool_infra.sandbox.kubernetes.kinds import DEPLOYMENT, NAMESPACE, Kind
from tasktool_infra.sandbox.kubernetes.managers import ConflictsError, Manager
from tasktool_infra.sandbox.kubernetes.schema import SchemaError, without_nulls
from tasktool_infra.sandbox.kubernetes.store import Store
from tasktool_infra.sandbox.kubernetes.targets import Options, Target

Json = dict[str, Any]
IDENTITY = ("name", "namespace")
SERVERS_METADATA = (
    *("uid", "creationTimestamp", "generation", "resourceVersion", "selfLink"),
    *("deletionTimestamp", "deletionGracePeriodSeconds"),
)
"""What only the server says about an object; in a request it is a precondition at most."""
PRECONDITIONS = (
    ("uid", "UID", "deleted and then recreated"),
    ("resourceVersion", "ResourceVersion", "modified"),
)


@frozen
class Objects:
    """The verbs. Every one returns the object as it then stands and raises ApiError for a refusal."""

    store: Store
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    lock: Any = field(factory=threading.RLock, init=False, repr=False, eq=False)

    def get(self, target: Target) -> Json:
        """Give the object; 404 when it does not exist."""
        found = self.store.get(target.kind, target.namespace, target.name)
        if found is None:
            raise errors.not_found(*target.names)
        return found

    def create(self, target: Target, body: Json, options: Options) -> Json:
        """Make a new object; 409 when it stands, 404 without its namespace, 403 when that is going away."""
        validation.check_identity(target.kind, target.namespace, "", body)
        pruned = validation.pruned(target.kind, body, strict=options.strict)
        metadata = pruned.get("metadata") or {}
        if metadata.get("resourceVersion"):
            raise errors.ApiError(500, "", "resourceVersion should not be set on objects to be created")
        target = Target(target.kind, target.namespace, _new_name(metadata))
        with self.lock:
            empty = self._empty(target)
            new = self._updated(target, empty, self._main_part(target.kind, pruned, empty), options)
            return self._create(target, new, options)

    def apply(self, target: Target, body: Json, options: Options) -> Json:
        """Server-side apply; creates what does not exist; 409 with the fields that others own, unless forced."""
        validation.check_identity(target.kind, target.namespace, target.name, body)
        if (body.get("metadata") or {}).get("managedFields"):
            raise errors.bad_request("metadata.managedFields must be nil")
        validation.check_applied(target.kind, target.name, body)
        with self.lock:
            live = self.store.get(target.kind, target.namespace, target.name)
            base = live or self._empty(target)
            validation.check_uid(target.kind, base, body)
            self._check_version(target, base, body)
            new = self._applied(target, base, body, options)
            return self._save(target, live, new, options) if live else self._create(target, new, options)

    def replace(self, target: Target, body: Json, options: Options) -> Json:
        """Write a whole object plainly; 409 when it carries an old resourceVersion."""
        validation.check_identity(target.kind, target.namespace, target.name, body)
        pruned = validation.pruned(target.kind, body, strict=options.strict)
        with self.lock:
            live = self.get(target)
            uid = (pruned.get("metadata") or {}).get("uid")
            if uid and uid != live["metadata"]["uid"]:
                raise errors.conflict(*target.names, f"Precondition failed: UID in precondition: {uid}")
            self._check_version(target, live, pruned)
            part = self._status_part if target.subresource == "status" else self._main_part
            new = self._updated(target, live, part(target.kind, pruned, live), options)
            return self._save(target, live, new, options)

    def patch(self, target: Target, change: Callable[[Json], Any], options: Options) -> Json:
        """Write what `change` makes of the live object."""
        with self.lock:
            live = self.get(target)
            patched = change(live)
            if not isinstance(patched, dict):
                raise errors.bad_request("the patched object is not an object")
            validation.check_uid(target.kind, live, patched)
            return self.replace(target, patched, options)

    def delete(self, target: Target, body: Json, *, dry_run: bool = False) -> Json:
        """Remove an object, or mark it as going away while it has finalizers; 409 for an unmet precondition."""
        with self.lock:
            live = self.get(target)
            self._check_preconditions(target, live, body.get("preconditions") or {})
            if dry_run:
                return live
            if target.kind == NAMESPACE or live["metadata"].get("finalizers"):
                return self._mark_deleted(target.kind, live)
            self.store.remove(target.kind, live)
            return live

    def finish(self, target: Target) -> None:
        """Remove an object whatever holds it: for the controllers."""
        with self.lock:
            if live := self.store.get(target.kind, target.namespace, target.name):
                self.store.remove(target.kind, live)

    def _mark_deleted(self, kind: Kind, live: Json) -> Json:
        if live["metadata"].get("deletionTimestamp"):
            return live
        marks: Json = {"deletionTimestamp": self._now()}
        marks |= {} if kind == NAMESPACE else {"deletionGracePeriodSeconds": 0}
        phase = {"status": live.get("status", {}) | {"phase": "Terminating"}} if kind == NAMESPACE else {}
        return self.store.put(kind, live | {"metadata": live["metadata"] | marks} | phase)

    def _applied(self, target: Target, live: Json, body: Json, options: Options) -> Json:
        who = Manager("Apply", options.manager, target.kind.api_version, target.subresource)
        config = _without_status(body)
        config["metadata"] = _without(body.get("metadata") or {}, SERVERS_METADATA) | {"name": target.name}
        try:
            new = managers.apply(
                _without_status(live), config, target.kind.type, who, time=self._now(), force=options.force
            )
        except ConflictsError as error:
            raise error.as_api_error() from error
        except SchemaError as error:
            raise validation.untypable(target.kind, body, error) from error
        return self._main_part(target.kind, new, live)

    def _updated(self, target: Target, live: Json, new: Json, options: Options) -> Json:
        who = Manager("Update", options.manager, target.kind.api_version, target.subresource)
        filled = with_defaults(target.kind, without_nulls(new))
        return managers.update(live, filled, target.kind.type, who, time=self._now())

    def _create(self, target: Target, new: Json, options: Options) -> Json:
        kind = target.kind
        if kind.namespaced:
            self._check_namespace(target)
        validation.check_object(kind, None, new)
        if self.store.get(kind, target.namespace, target.name):
            raise errors.already_exists(*target.names)
        stamps: Json = {"uid": str(uuid.uuid4()), "creationTimestamp": self._now()}
        stamps |= {"generation": 1} if kind.generation else {}
        made = _completed(kind, new | {"metadata": new["metadata"] | stamps})
        return made if options.dry_run else self.store.put(kind, made)

    def _save(self, target: Target, live: Json, new: Json, options: Options) -> Json:
        new = _completed(target.kind, new)
        validation.check_object(target.kind, live, new)
        if new == live:
            return live
        if target.kind.generation and _wanted(target.kind, new) != _wanted(target.kind, live):
            new = new | {"metadata": new["metadata"] | {"generation": live["metadata"]["generation"] + 1}}
        if options.dry_run:
            return new
        stored = self.store.put(target.kind, new)
        metadata = stored["metadata"]
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers") and target.kind != NAMESPACE:
            self.store.remove(target.kind, stored)
        return stored

    def _check_namespace(self, target: Target) -> None:
        namespace = self.store.get(NAMESPACE, "", target.namespace)
        if namespace is None:
            raise errors.not_found(NAMESPACE.plural, "", target.namespace)
        if namespace["metadata"].get("deletionTimestamp"):
            raise errors.terminating(*target.names, target.namespace)

    def _check_version(self, target: Target, live: Json, body: Json) -> None:
        wanted = (body.get("metadata") or {}).get("resourceVersion")
        if wanted and wanted != live["metadata"].get("resourceVersion"):
            raise errors.modified(*target.names)

    def _check_preconditions(self, target: Target, live: Json, wanted: Json) -> None:
        what = (target.kind.name, target.kind.group, target.name)
        found = live["metadata"]
        for name, said, hint in PRECONDITIONS:
            if wanted.get(name) and wanted[name] != found[name]:
                why = f"the {said} in the precondition ({wanted[name]}) does not match the {said} in record"
                raise errors.conflict(*what, f"{why} ({found[name]}). The object might have been {hint}")

    def _empty(self, target: Target) -> Json:
        where = {"namespace": target.namespace} if target.kind.namespaced else {}
        return {
            "apiVersion": target.kind.api_version,
            "kind": target.kind.name,
            "metadata": {"name": target.name} | where,
        }

    def _main_part(self, kind: Kind, new: Json, live: Json) -> Json:
        """Give what a write may change: not the status, and not what the server says about the object."""
        servers = (*IDENTITY, *SERVERS_METADATA)
        metadata = _without(new.get("metadata") or {}, servers)
        metadata |= {key: child for key, child in live["metadata"].items() if key in servers}
        status = {"status": live["status"]} if "status" in live else {}
        identity = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}
        return (_without_status(new) if kind.status else new) | identity | status

    def _status_part(self, kind: Kind, new: Json, live: Json) -> Json:
        if not kind.status:
            raise errors.PageNotFoundError
        return live | {"status": new.get("status") or {}}

    def _now(self) -> str:
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def _completed(kind: Kind, value: Json) -> Json:
    return with_facts(kind, with_defaults(kind, value))


def _new_name(metadata: Json) -> str:
    """Give the name of a new object, empty when the body gives neither a name nor the beginning of one."""
    given = metadata.get("name", "")
    return given or (metadata["generateName"] + uuid.uuid4().hex[:5] if metadata.get("generateName") else "")


def _without(value: Json, names: Iterable[str]) -> Json:
    left_out = set(names)
    return {key: child for key, child in value.items() if key not in left_out}


def _without_status(value: Json) -> Json:
    return _without(value, ["status"])


def _wanted(kind: Kind, value: Json) -> tuple[Json, Json]:
    """Give what metadata.generation counts: everything but metadata and status; of a Deployment the annotations too."""
    annotations = value["metadata"].get("annotations", {}) if kind == DEPLOYMENT else {}
    return _without(value, ["metadata", "status"]), annotations
