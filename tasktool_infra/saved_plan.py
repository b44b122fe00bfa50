"""Plans in files: saved for their owner's eyes only, loaded with care, and held against what a run was told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasktool_infra.engine.errors import Problem, Refused, TasktoolError, listed
from tasktool_infra.engine.plan import Plan
from tasktool_infra.files import read_text, write_private
from tasktool_infra.values.frozen import thaw

MOST_BYTES = 50_000_000
"""More than any plan has: what is longer is something else."""

MAKE = "Name the file that plan.py --out wrote, or make a new one."


class PlanMoved(Refused):
    """The world, or what is wanted, is no longer what a plan was made for; nothing was written. ``moved`` says what."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__(
            f"This has moved since the plan was made; nothing was written:{listed(lines)}",
            next_step="Make a new plan, read it, and carry that out.",
        )
        self.moved = lines


def save_plan(plan: Plan, path: str | Path) -> None:
    """Write a plan to a file that only its owner can read; raises TasktoolError when that can't be done.

    A salted hash stands in it for every secret, so it can be kept beside a build; it is carried out by ``provision`` or
    ``teardown`` as long as nothing has moved.
    """
    from tasktool_infra.engine.plan_json import to_json

    try:
        write_private(Path(path), to_json(plan))
    except OSError as error:
        raise TasktoolError(
            f"The plan can't be written to {path}: {error.strerror or error}",
            next_step="Name a file that can be written.",
            problem=Problem.REFUSED,
        ) from error


def load_plan(path: str | Path) -> Plan:
    """Read a plan from a file; raises Refused for one that is damaged, of another version, or no plan at all."""
    from tasktool_infra.engine.plan_json import from_json

    try:
        return from_json(read_text(Path(path), MOST_BYTES))
    except OSError as error:
        raise Refused(f"The plan {path} can't be read: {error.strerror or error}", next_step=MAKE) from error
    except ValueError as error:
        raise Refused(f"{path} is no plan: {error}", next_step=MAKE) from error
    except Refused as error:
        raise Refused(f"{path}: {error.message}", next_step=error.next_step) from error


def check_unmoved(planned: Plan, fresh: Plan) -> None:
    """Raise PlanMoved unless two plans would do the same in the same place."""
    from tasktool_infra.engine.plan_moved import moved

    lines = moved(planned, fresh)
    if lines:
        raise PlanMoved(lines)


def as_planned(plan: Plan, command: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options of a run that carries a plan out: those that the plan was made with.

    Takes what the run was told itself: it may repeat the plan's options, and not contradict them. Raises TasktoolError
    when it does, and when the plan is for another command or is not of this world.
    """
    from tasktool_infra.engine.plan_moved import MAKING

    made = "provision" if plan.command in MAKING else plan.command
    if made != command:
        raise _misused(f"This is the plan of a {made}.", f"Carry it out with: {made} --plan FILE")
    options: dict[str, Any] = thaw(plan.options)
    if bool(options.get("sandbox")) != bool(given.get("sandbox")):
        where = "the sandbox" if options.get("sandbox") else "a real account"
        raise _misused(f"This plan was made for {where}.", "Add --sandbox, or leave it out, as it was when planning.")
    others = [name for name, value in given.items() if value and thaw(value) != options.get(name)]
    if others:
        raise _misused(_other(others, given, options), "Leave that out: the plan knows it. Or make a new plan with it.")
    return {**given, **options, "only": tuple(options.get("only", ()))}


def _other(names: list[str], given: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Say what was given otherwise; of settings, each by its own name."""
    settings = options.get("settings") or {}
    told = [name for name in names if name != "settings"]
    told += [name for name, value in (given.get("settings") or {}).items() if settings.get(name) != thaw(value)]
    return f"The plan was made with other values of: {', '.join(told).replace('_', ' ')}."


def _misused(message: str, next_step: str) -> TasktoolError:
    return TasktoolError(message, next_step=next_step, problem=Problem.USAGE)
