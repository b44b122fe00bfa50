"""Puts an environment together from the file, environment variables and options."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.errors import Problem, SettingsError, plain, refusal
from tasktool_infra.settings.file import find, read
from tasktool_infra.settings.layers import Given, from_file, from_options, from_variables
from tasktool_infra.settings.schema import SETTINGS


def load(
    name: str,
    *,
    config: Path | None = None,
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Environment:
    """Give an environment. An option wins over an environment variable, and that over the file.

    An empty text (or, from Python, None) unsets what a weaker place says: the built-in default counts again, which is
    None for everything that has no name made from the environment's.

    Takes:
        name: the environment, a table of the file.
        config: the file; without it `./environments.toml`, else the one in the package.
        options: values by key, as texts or as Python has them.
        environ: environment variables; without them those of the process.

    Raises:
        SettingsError: there is no such environment, or something about it can't be used; everything is in one message.

    """
    name = str(name)
    file = find(config)
    where = f"{plain(str(file))}: [{plain(name)}]"
    layers = (
        from_file(read(file, name), where, file.parent),
        from_variables(os.environ if environ is None else environ),
        from_options(options or {}),
    )
    given = {key: value for layer in layers for key, value in layer.given.items()}
    problems = [problem for layer in layers for problem in layer.problems]
    return _made(name, str(file), where, given, problems)


def override(environment: Environment, options: Mapping[str, object]) -> Environment:
    """Give an environment with some settings replaced; raises SettingsError as `load` does.

    Takes:
        environment: it stays as it is.
        options: values by key; None or an empty text bring the built-in default back.
    """
    where = f"environment {plain(environment.name)}:"
    layer = from_options(options)
    standing = {key: Given(getattr(environment, key), f"{where} {key}") for key in SETTINGS}
    return _made(environment.name, environment.origin, where, {**standing, **layer.given}, layer.problems)


def _made(name: str, origin: str, where: str, given: Mapping[str, Given], problems: list[Problem]) -> Environment:
    values: dict[str, Any] = {key: value.value for key, value in given.items() if value.value is not None}
    try:
        environment = Environment(name=name, origin=origin, **values)
    except SettingsError as error:
        found = error.problems
        raise refusal(name, [*problems, *_placed(found, given, where)]) from None
    if problems:
        raise refusal(name, problems)
    return environment


def _placed(problems: tuple[Problem, ...], given: Mapping[str, Given], where: str) -> list[Problem]:
    """Say where each value comes from. Names made from a bad environment's are left out: the cause is enough."""
    placed = []
    bad_name = any(problem.key == "name" for problem in problems)
    for problem in problems:
        if problem.key in given and given[problem.key].value is not None:
            placed.append(evolve(problem, where=given[problem.key].where))
        elif problem.key == "name":
            placed.append(evolve(problem, where=where))
        elif not bad_name:
            placed.append(evolve(problem, where=f"{where} {problem.key} (made from the environment's name; set it)"))
    return placed
