"""From what somebody asks for to an order: environments by name or value, or resources of one's own."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.engine.events import Listeners
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Resource
from tasktool_infra.order import FLAGS, Order
from tasktool_infra.saved_plan import as_planned, load_plan
from tasktool_infra.settings import load as settings
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import EMULATOR
from tasktool_infra.values.display import watching

What = str | Environment | Iterable[str | Environment | Resource]


def order(
    command: str,
    what: What,
    *,
    plan: Plan | str | Path | None = None,
    only: str | Iterable[str] | None = None,
    config: str | Path | None = None,
    owner: Owner | None = None,
    given: Mapping[str, Any] | None = None,
    **options: Any,
) -> Order:
    """Give the order for a run; raises SettingsError and TasktoolError for arguments that make no sense."""
    options.setdefault("listeners", Listeners(watching()))
    told = {"only": names(only), "settings": given or {}, **{name: options.get(name, False) for name in FLAGS}}
    saved = plan if plan is None or isinstance(plan, Plan) else load_plan(plan)
    if saved is not None:
        told = as_planned(saved, command, told)
    result = evolve(_order_for(command, what, config, owner, told["settings"]), **{**options, **told}, plan=saved)
    if result.sandbox and not result.resources:
        result = evolve(result, environments=tuple(map(in_sandbox, result.environments)))
    if saved is not None and saved.environment != result.environment:
        message = f"The plan is for {saved.environment}, not for {result.environment}."
        raise TasktoolError(message, next_step="Name the environment that it is for.", problem=Problem.USAGE)
    return result


def names(only: str | Iterable[str] | None) -> tuple[str, ...]:
    """Give the single names of what is chosen; several may stand in one text, separated by commas."""
    named = (only,) if isinstance(only, str) else tuple(only or ())
    return tuple(name for each in named for name in each.split(",") if name)


def _order_for(
    command: str, what: What, config: str | Path | None, owner: Owner | None, given: Mapping[str, Any]
) -> Order:
    """Give an order that says only what it is about."""
    parts = [what] if isinstance(what, str | Environment) else list(what)
    if not parts:
        raise TasktoolError(
            "There is nothing to do: no environment and no resource was named.",
            next_step=f'For example: {command}("prod")',
            problem=Problem.USAGE,
        )
    resources = tuple(part for part in parts if isinstance(part, Resource))
    if not resources:
        return Order(command=command, environments=tuple(environment_of(part, config, given) for part in parts))
    if owner is None or len(resources) != len(parts):
        raise TasktoolError(
            "Resources of one's own need an owner, and can't be mixed with environments.",
            next_step='For example: provision([Table(...)], owner=Owner("shop", "dev"))',
            problem=Problem.USAGE,
        )
    environment = Environment(name=owner.environment, **given)
    return Order(command=command, environments=(environment,), resources=resources, owner=owner)


def in_sandbox(environment: Environment) -> Environment:
    """Give an environment as the sandbox has it: that is the emulator and the cluster of one for development."""
    if environment.aws != EMULATOR:
        return environment
    from tasktool_infra.sandbox.facts import CLUSTER

    return evolve(environment, region=None, context=None, eks_cluster_name=CLUSTER)


def environment_of(part: Any, config: str | Path | None, given: Mapping[str, Any]) -> Environment:
    """Give the environment that somebody means; raises TasktoolError for what is none."""
    if isinstance(part, Environment):
        return part if not given else settings.override(part, given)
    if isinstance(part, str):
        return settings.load(part, config=Path(config) if config else None, options=given)
    raise TasktoolError(
        f"{part!r} is neither an environment, nor a name of one, nor a resource.",
        next_step='Give a name ("prod"), what load() gives, or resources such as Table(...) with owner=.',
        problem=Problem.USAGE,
    )


def begun(what: Any, command: str, config: str | Path | None, given: Mapping[str, Any]) -> Environment:
    """Give the environment that a command is about; ``init`` begins one."""
    if command == "init" and isinstance(what, str):
        return settings.override(Environment(name=what), given)
    return environment_of(what, config, given)
