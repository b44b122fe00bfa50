"""A plan as JSON and back: versioned, refused when damaged."""

import json
from functools import cache
from typing import Any

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from tasktool_infra.engine.calls import PROCEDURES, Call, Procedure, Step, Wait
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.plan import Plan
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw

FORMAT = 1


def to_json(plan: Plan) -> str:
    """Give the plan as one JSON document in canonical form: equal text means an equal file."""
    document = {"format": FORMAT, "plan": _converter().unstructure(plan)}
    return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Plan:
    """Read a plan back; raises Refused when the text is not such a plan or of another format."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise Refused(f"The plan has format {document['format']!r}, this version reads format {FORMAT}.")
        plan = _converter().structure(document["plan"], Plan)
    except BaseValidationError as error:
        raise _damaged("; ".join(transform_error(error))) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(f"{type(error).__name__}: {error}") from error
    # What was taken for something else on the way in, such as a number for a text, does not come out the same.
    if json.loads(to_json(plan)) != document:
        raise _damaged("it holds values of a wrong sort")
    return plan


def _damaged(why: str) -> Refused:
    return Refused(f"This is not a whole plan: {why}", next_step="Make a new one: plan.py ENVIRONMENT --out FILE")


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(FrozenDict, thaw)
    converter.register_structure_hook_func(_is_frozen_dict, lambda value, _: _mapping(value))
    converter.register_unstructure_hook(Call, _of_call)
    converter.register_structure_hook(Call, lambda value, _: _to_call(value))
    # What a wait looks for besides is the kind's knowledge, as what errors mean is.
    left_out = override(omit=True)
    unstructure = make_dict_unstructure_fn(Wait, converter, explain=left_out, pointless=left_out)
    structure = make_dict_structure_fn(Wait, converter, explain=left_out, pointless=left_out)
    converter.register_unstructure_hook(Wait, unstructure)
    converter.register_structure_hook(Wait, structure)
    converter.register_unstructure_hook_func(lambda cls: cls == Step, lambda step: _of_step(converter, step))
    converter.register_structure_hook_func(lambda cls: cls == Step, lambda value, _: _to_step(converter, value))
    return converter


def _is_frozen_dict(cls: Any) -> bool:
    return cls is FrozenDict or getattr(cls, "__origin__", None) is FrozenDict


def _mapping(value: Any) -> Any:
    return freeze(_object(value))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, found {type(value).__name__}")
    return value


def _of_call(call: Call) -> dict[str, Any]:
    """Give the parts of a call that are its own: what errors mean is the kind's knowledge, not the plan's."""
    parts = {"service": call.service, "operation": call.operation, "parameters": thaw(call.parameters)}
    return {**parts, "writes": call.writes, "says": call.says, "removes": call.removes}


def _to_call(value: Any) -> Call:
    sorts: dict[str, Any] = dict.fromkeys(("service", "operation", "says", "removes"), str)
    sorts |= {"parameters": _object, "writes": bool}
    parts = _object(value)
    return Call(**{name: sort(parts[name]) for name, sort in sorts.items()})


def _of_step(converter: Converter, step: Step) -> dict[str, Any]:
    return {"step": type(step).__name__, **converter.unstructure(step, type(step))}


def _to_step(converter: Converter, value: Any) -> Step:
    parts = dict(_object(value))
    name = parts.pop("step")
    cls = {"Call": Call, "Wait": Wait, **PROCEDURES}[name]
    step: Call | Wait | Procedure = converter.structure(parts, cls)
    return step
