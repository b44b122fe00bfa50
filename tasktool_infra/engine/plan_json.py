"""A plan as JSON and back: versioned, without secrets, refused when damaged."""

import hashlib
import json
import secrets
from functools import cache
from typing import Any

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from tasktool_infra.engine.calls import PROCEDURES, Call, Procedure, Step, Wait
from tasktool_infra.engine.errors import Refused
from tasktool_infra.engine.plan import Plan
from tasktool_infra.values.frozen import FrozenDict, freeze, thaw
from tasktool_infra.values.secret import Sealed, Secret

FORMAT = 1
SEAL, SALT_BYTES = "$sealed", 16
"""The only key of an object that stands for a secret, with salt and hash."""
DIGEST = "sha256"
LONGEST = 300
"""How many characters are told of what is wrong with a file."""


def to_json(plan: Plan) -> str:
    """Give the plan as one JSON document, in which a salted hash stands for each secret.

    Plans without secrets have one form: equal text means an equal file.
    """
    salt = secrets.token_hex(SALT_BYTES)
    document = {"format": FORMAT, "plan": _converter().unstructure(plan)}
    plain = json.loads(json.dumps(document, default=lambda secret: _of_secret(secret, salt)))
    return json.dumps(plain | {DIGEST: _digest(plain)}, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Plan:
    """Read a plan back, its secrets sealed; raises Refused when the text is not such a plan or of another format."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise _another(document["format"])
        plan: Plan = _converter().structure(_with_seals(document["plan"]), Plan)
    except BaseValidationError as error:
        raise _damaged("; ".join(transform_error(error))) from error
    except json.JSONDecodeError as error:
        raise _damaged(f"it is no JSON ({error})") from error
    except KeyError as error:
        raise _damaged(f"it has no {error}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(f"{type(error).__name__}: {error}") from error
    if document.pop(DIGEST, None) != _digest(document):
        raise _damaged("it was changed after it was made")
    # What was taken for something else on the way in, such as a number for a text, does not come out the same.
    if {**json.loads(to_json(plan)), DIGEST: ""} != {**document, DIGEST: ""}:
        raise _damaged("it holds values of a wrong sort")
    return plan


def step_data(step: Step) -> Any:
    """Give what a step does, without the words about it, as JSON data in which secrets are kept as they are."""
    if isinstance(step, Call):
        return {"service": step.service, "operation": step.operation, "parameters": thaw(step.parameters)}
    return _of_step(_converter(), step)


def _digest(document: Any) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _of_secret(secret: Any, salt: str) -> Any:
    if not isinstance(secret, Secret | Sealed):
        raise TypeError(f"{type(secret).__name__} is no part of a plan")
    sealed = secret.sealed(salt) if isinstance(secret, Secret) else secret
    return {SEAL: {"salt": sealed.salt, "digest": sealed.digest}}


def _with_seals(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_seals(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {SEAL}:
        return Sealed(**value[SEAL])
    return {key: _with_seals(inner) for key, inner in value.items()}


def _another(version: Any) -> Refused:
    later = type(version) is int and version > FORMAT
    said = "a later version of tasktool has written it" if later else "it is of no version of tasktool"
    return Refused(
        f"The plan has format {version!r}, this version reads format {FORMAT}: {said}.",
        next_step="Carry it out with the version that made it, or make a new one." if later else NEW,
    )


NEW = "Make a new one: plan.py ENVIRONMENT --out FILE"


def _damaged(why: str) -> Refused:
    shortened = why if len(why) <= LONGEST else f"{why[:LONGEST]}…"
    return Refused(f"This is not a whole plan: {shortened}", next_step=NEW)


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(FrozenDict, thaw)
    for secret in (Secret, Sealed):
        converter.register_unstructure_hook(secret, lambda kept: kept)
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
