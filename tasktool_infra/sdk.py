"""The public calls: load, plan, provision, teardown."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.owner import Owner
from tasktool_infra.engine.plan import Plan
from tasktool_infra.engine.resource import Resource
from tasktool_infra.running import Confirm, Order, carried_out, planned
from tasktool_infra.sandbox.facts import CLUSTER
from tasktool_infra.settings import load as settings
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.rules import EMULATOR

What = str | Environment | Iterable[str | Environment | Resource]


def load(name: str, *, config: str | Path | None = None, **settings_given: Any) -> Environment:
    """Give an environment by its name, read from ``environments.toml``; ``settings_given`` win over the file.

    Raises SettingsError for an unknown name and for every setting that is not possible.
    """
    return settings.load(name, config=Path(config) if config else None, options=settings_given)


def plan(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    adopt: bool = False,
    confirm: Confirm = None,
    delete_data: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    **settings_given: Any,
) -> Plan:
    """Give what :func:`provision` would do, without doing it; takes what that takes. Writes nothing.

    ``confirm`` and ``delete_data`` are taken so that the three calls can share their arguments; a plan needs neither.
    """
    del confirm, delete_data
    return planned(
        order("plan", what, only=only, sandbox=sandbox, adopt=adopt, config=config, owner=owner, given=settings_given)
    )


def provision(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    adopt: bool = False,
    confirm: Confirm = None,
    delete_data: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    **settings_given: Any,
) -> Result:
    """Make and repair everything of ``what``, and give what was done.

    Takes an environment or its name, several of them, or resources of one's own with their ``owner``; ``only`` names
    layers (``aws``, ``access``) or resources; ``sandbox`` works in the embedded cloud; ``adopt`` takes over what
    carries no mark; ``confirm`` answers what needs a yes (True, or a function of the plan); further settings are those
    of ``environments.toml`` and win over it. ``delete_data`` has no effect here.

    Raises PlanRefused, Declined (nothing was written), RunFailed (its ``result`` lists what stands), ApiError.
    """
    del delete_data
    return carried_out(
        order(
            "provision",
            what,
            only=only,
            sandbox=sandbox,
            adopt=adopt,
            confirm=confirm,
            config=config,
            owner=owner,
            given=settings_given,
        )
    )


def teardown(
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    sandbox: bool = False,
    adopt: bool = False,
    confirm: Confirm = None,
    delete_data: bool = False,
    config: str | Path | None = None,
    owner: Owner | None = None,
    cluster_gone: bool = False,
    **settings_given: Any,
) -> Result:
    """Remove everything of ``what`` that is ours, and give what was done; takes what :func:`provision` takes.

    Table, bucket and repositories with images stay, unless ``delete_data``. ``cluster_gone`` leaves Kubernetes out,
    once EKS itself says that the cluster is gone. Always needs a yes; ``adopt`` has no effect here. Raises as
    :func:`provision` does.
    """
    del adopt
    return carried_out(
        order(
            "teardown",
            what,
            only=only,
            sandbox=sandbox,
            confirm=confirm,
            delete_data=delete_data,
            cluster_gone=cluster_gone,
            config=config,
            owner=owner,
            given=settings_given,
        )
    )


def order(
    command: str,
    what: What,
    *,
    only: str | Iterable[str] | None = None,
    config: str | Path | None = None,
    owner: Owner | None = None,
    given: Mapping[str, Any] | None = None,
    **options: Any,
) -> Order:
    """Give the order for a run; raises SettingsError and TasktoolError for arguments that make no sense."""
    named = (only,) if isinstance(only, str) else tuple(only or ())
    names = tuple(name for each in named for name in each.split(",") if name)
    parts = [what] if isinstance(what, str | Environment) else list(what)
    if not parts:
        raise TasktoolError("There is nothing to do: no environment and no resource was named.", problem=Problem.USAGE)
    resources = tuple(part for part in parts if isinstance(part, Resource))
    if not resources:
        environments = tuple(_environment(part, config, given or {}) for part in parts)
        if options.get("sandbox"):
            environments = tuple(map(in_sandbox, environments))
        return Order(command=command, environments=environments, only=names, **options)
    if owner is None or len(resources) != len(parts):
        raise TasktoolError(
            "Resources of one's own need an owner, and can't be mixed with environments.",
            next_step='For example: provision([Table(...)], owner=Owner("shop", "dev"))',
            problem=Problem.USAGE,
        )
    environment = Environment(name=owner.environment, **(given or {}))
    return Order(command=command, environments=(environment,), resources=resources, owner=owner, only=names, **options)


def in_sandbox(environment: Environment) -> Environment:
    """Give an environment as the sandbox has it: that is the emulator and the cluster of one for development."""
    if environment.aws != EMULATOR:
        return environment
    return evolve(environment, region=None, context=None, eks_cluster_name=CLUSTER)


def _environment(part: Any, config: str | Path | None, given: Mapping[str, Any]) -> Environment:
    if isinstance(part, Environment):
        return part if not given else settings.override(part, given)
    if isinstance(part, str):
        return load(part, config=config, **given)
    raise TasktoolError(
        f"{part!r} is neither an environment, nor a name of one, nor a resource.", problem=Problem.USAGE
    )
