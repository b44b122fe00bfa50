"""Finds and reads `environments.toml`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasktool_infra.bundled import bundled
from tasktool_infra.settings.errors import Kind, Problem, SettingsError, plain, refusal, show, suggestion

FILE = "environments.toml"


def find(config: Path | None) -> Path:
    """Give the file that describes the environments: the one named, else one here, else the one in the package.

    Takes:
        config: the file that somebody named.
    """
    if config is not None:
        return Path(config)
    # A link that leads nowhere counts: to pass it over would silently use other environments.
    return Path(FILE) if os.path.lexists(FILE) else bundled(FILE)


def read(file: Path, name: str) -> Mapping[str, object]:
    """Give one environment's table.

    Takes:
        file: as `find` gave it.
        name: the environment.

    Raises:
        SettingsError: the file can't be read, is not TOML, holds something that is no environment, or not this one.

    """
    tables = _tables(file)
    strays = [key for key, table in tables.items() if not isinstance(table, dict)]
    if strays:
        reason = "stands outside of every environment: move it below a line such as [prod]"
        raise refusal(name, [Problem(key, f"{plain(str(file))}: {plain(key)}", reason) for key in strays])
    if name not in tables:
        raise _unknown(file, name, list(tables))
    return dict(tables[name])


def _tables(file: Path) -> dict[str, Any]:
    import tomllib  # costs some milliseconds, and is needed only here

    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise SettingsError(
            f"{plain(str(file))}: can't be read: {error.strerror or error}",
            next_step="Name the file that describes your environments: --config FILE.",
        ) from error
    except tomllib.TOMLDecodeError as error:
        said = f"{plain(str(file))}: is not TOML: {plain(str(error))}"
        raise SettingsError(said, next_step="Correct that line: texts stand in quotes, account ids too.") from error
    except (ValueError, RecursionError) as error:
        said = f"{plain(str(file))}: can't be read: {plain(str(error))}"
        raise SettingsError(
            said, next_step="It must be TOML in UTF-8: write it anew, or name another: --config."
        ) from error


def _unknown(file: Path, name: str, known: list[str]) -> SettingsError:
    there = f"has {', '.join(map(plain, known))}" if known else "has none"
    said = f"there is no environment {show(name)}: {plain(str(file))} {there}{suggestion(name, known)}"
    begin = f"init.py {name}" if _is_plain(name) else "init.py NAME"
    step = f"Name one that is there, another file (--config FILE), or begin a new one: {begin}"
    return SettingsError(said, Kind.UNKNOWN_ENVIRONMENT, next_step=step)


def _is_plain(name: str) -> bool:
    return name.replace("-", "").isalnum()


def names(config: Path | None = None) -> tuple[str, ...]:
    """Give the names of all environments that can be written without quotes; raises SettingsError."""
    return tuple(name for name in _tables(find(config)) if _is_plain(name))
