"""The three places that settings come from, each read into the same shape: what is given, and what can't be read."""

from collections.abc import Mapping
from pathlib import Path

from attrs import Factory, frozen

from tasktool_infra.settings.errors import Problem, plain, suggestion
from tasktool_infra.settings.parse import parse
from tasktool_infra.settings.schema import PREFIX, SETTINGS, Setting

# Other variables may share the prefix, so that only what is nearly a setting's can be taken for a slip.
_NEARLY = 0.75


@frozen
class Given:
    """A value and the place that it stands. None means that the key is unset: the default counts again."""

    value: object
    where: str


@frozen
class Layer:
    """What one place says."""

    given: dict[str, Given] = Factory(dict)
    problems: list[Problem] = Factory(list)


def from_file(table: Mapping[str, object], where: str, folder: Path) -> Layer:
    """Read an environment's table. Its values have types already, so that texts are not parsed.

    Takes:
        table: as the file has it.
        where: the file and the table, for messages.
        folder: the one of the file, which paths in it are relative to.
    """
    layer = Layer()
    for key, value in table.items():
        if key in SETTINGS:
            layer.given[key] = Given(_from_file(key, value, folder), f"{where} {key}")
        else:
            layer.problems.append(_unknown(key, f"{where} {plain(key)}"))
    return layer


def _from_file(key: str, value: object, folder: Path) -> object:
    if value == "":
        return None
    if key == "overlay" and isinstance(value, str) and value.strip():
        return str(folder / value)
    return value


def from_variables(environ: Mapping[str, str]) -> Layer:
    """Read `TASKTOOL_<KEY>` variables. One that is nearly a setting's is taken for a misspelt one.

    Takes:
        environ: all variables.
    """
    layer = Layer()
    known = {setting.variable: setting for setting in SETTINGS.values()}
    for variable, text in environ.items():
        if variable in known:
            _add(layer, known[variable], text, variable)
        elif variable.startswith(PREFIX) and (near := _nearest(variable, known)):
            layer.problems.append(Problem(variable, plain(variable), f"is no setting; did you mean {near}?"))
    return layer


def from_options(options: Mapping[str, object]) -> Layer:
    """Read options, which are texts as on a command line or values as in Python.

    Takes:
        options: by key. An option that was not given must not be in it: None unsets, as an empty text does.
    """
    layer = Layer()
    for key, value in options.items():
        if key in SETTINGS:
            _add(layer, SETTINGS[key], value, f"option {key}")
        else:
            layer.problems.append(_unknown(key, f"option {plain(str(key))}"))
    return layer


def _add(layer: Layer, setting: Setting, value: object, where: str) -> None:
    try:
        layer.given[setting.name] = Given(_typed(setting, value), where)
    except ValueError as error:
        layer.problems.append(Problem(setting.name, where, str(error)))


def _typed(setting: Setting, value: object) -> object:
    if value == "":
        return None
    return parse(setting.type, value) if isinstance(value, str) else value


def _unknown(key: str, where: str) -> Problem:
    return Problem(key, where, f"is no setting{suggestion(str(key), SETTINGS) or '; there are ' + ', '.join(SETTINGS)}")


def _nearest(variable: str, known: Mapping[str, Setting]) -> str | None:
    import difflib  # hardly ever needed

    # Without the prefix, which would make every two of them look alike.
    keys = [name.removeprefix(PREFIX) for name in known]
    near = difflib.get_close_matches(variable.removeprefix(PREFIX), keys, n=1, cutoff=_NEARLY)
    return PREFIX + near[0] if near else None
