"""Events as JSON data for machines: the format is versioned and described by ``events.schema.json``. No secrets."""

from typing import Any

from tasktool_infra.engine.calls import Wait
from tasktool_infra.engine.errors import ApiError, TasktoolError
from tasktool_infra.engine.events import (
    Called,
    Ended,
    Event,
    Failed,
    Finished,
    Noted,
    Planned,
    Retrying,
    Started,
    Stepped,
    Waiting,
)
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.hiding import without_secrets
from tasktool_infra.engine.plan import Action, Change, Plan
from tasktool_infra.engine.resource import Key
from tasktool_infra.exit_codes import BY_PROBLEM
from tasktool_infra.report.result_lines import counts
from tasktool_infra.report.statements import permissions
from tasktool_infra.values.frozen import thaw

FORMAT = 1
"""Goes up when a reader of the former format would be misled; new members and new types of records do not count."""


def event_data(event: Event) -> dict[str, Any] | None:
    """Give the record of an event; None for those of no use to machines."""
    if isinstance(event, Noted):
        return {"type": "note", "text": event.text}
    if isinstance(event, Planned):
        return {"type": "plan", **plan_data(event.plan)}
    if isinstance(event, Ended):
        return {"type": "result", **result_data(event.result)}
    if isinstance(event, Called | Retrying):
        return _of_call(event)
    data = _of_resource(event)
    return {**data, **key_data(event.key)} if data is not None else None  # type: ignore[attr-defined]


def _of_resource(event: Event) -> dict[str, Any] | None:
    if isinstance(event, Started):
        return {"type": "started", "action": event.action.value}
    if isinstance(event, Stepped):
        return {"type": "step", "says": event.step.says, "waits": isinstance(event.step, Wait)}
    if isinstance(event, Waiting):
        return {"type": "waiting", "for": event.what, "seen": event.seen, "seconds": round(event.seconds, 3)}
    if isinstance(event, Finished):
        return {"type": "finished", "action": event.action.value, "seconds": round(event.seconds, 3)}
    return {"type": "failed", "error": error_data(event.error)} if isinstance(event, Failed) else None


def _of_call(event: Called | Retrying) -> dict[str, Any]:
    call = {"service": event.call.service, "operation": event.call.operation}
    if isinstance(event, Retrying):
        return {"type": "retry", **call, "code": event.error.code, "why": event.why, "pause": round(event.pause, 3)}
    error = {"code": event.error.code} if event.error is not None else {}
    timing = {"seconds": round(event.seconds, 3), "request_id": event.request_id}
    return {"type": "call", **call, "writes": event.call.writes, **timing, **error}


def key_data(key: Key) -> dict[str, str]:
    """Give what a resource is called, whole and in parts."""
    return {"resource": str(key), "kind": key.kind, "name": key.identity}


def plan_data(plan: Plan) -> dict[str, Any]:
    """Give a plan: the target, the sum, and every resource with what changes of it."""
    shown = without_secrets(plan)
    return {
        "command": plan.command,
        "environment": plan.environment,
        "target": {**thaw(plan.target), "caller": plan.caller, "alias": plan.alias},
        "notes": list(plan.notes),
        "summary": plan.summary,
        "counts": {action.value: plan.count(action) for action in Action},
        "asks": list(plan.asks),
        "changes": [_change(change) for change in shown.changes],
        "permissions": [
            {"sign": row.sign, "resource": row.where, "what": row.what, "about": list(row.about)}
            for row in permissions(shown)
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        **key_data(change.key),
        "layer": change.layer,
        "action": change.action.value,
        "reason": change.reason,
        "next_step": change.next_step,
        "adopts": change.adopts,
        "fields": [{"path": each.path, "old": thaw(each.old), "new": thaw(each.new)} for each in change.fields],
        "unchanged_fields": change.unchanged,
        "removes": list(change.removes),
        "kept": list(change.kept),
        "remarks": list(change.remarks),
    }


def result_data(result: Result) -> dict[str, Any]:
    """Give a result: which resources are done, failed, not started and waiting, how long it took, the outputs."""
    return {
        "ok": result.ok,
        "counts": {word.replace(" ", "_").replace("-", "_"): number for word, number in counts(result).items()},
        "done": [{**key_data(key), "seconds": round(result.seconds.get(key, 0.0), 3)} for key in result.done],
        "failed": [{**key_data(key), "error": error_data(error)} for key, error in result.failed.items()],
        "not_started": [str(key) for key in result.not_started],
        "waiting": [str(key) for key in result.waiting],
        "interrupted": result.interrupted,
        "outputs": dict(result.outputs),
        "seconds": round(result.took, 3),
    }


def error_data(error: TasktoolError) -> dict[str, Any]:
    """Give an error: its class, what it says, what to do next, and the exit code that its sort leads to."""
    said = {
        "error": type(error).__name__,
        "problem": error.problem.value,
        "exit_code": BY_PROBLEM[error.problem].code,
        "message": error.message,
        "next_step": error.next_step,
    }
    if isinstance(error, ApiError):
        said |= {"code": error.code, "call": error.call, "request_id": error.request_id}
    return said
