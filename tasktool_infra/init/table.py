"""The table of an environment as text for environments.toml, added to what stands in the file."""

import json
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasktool_infra.engine.errors import Problem, TasktoolError
from tasktool_infra.files import write_whole
from tasktool_infra.settings.file import FILE

ANOTHER = "Give access to it, or name another file: --config FILE."


def place_for(config: str | None) -> Path:
    """Give the file that a new table goes into: the one named, else that of the folder that one works in."""
    return Path(config) if config else Path(FILE)


def check_new(file: Path, name: str) -> None:
    """Raise TasktoolError when the file can't be added to, or has this environment already."""
    tables = _parsed(file, _text(file))
    if name in tables:
        raise TasktoolError(
            f"{file} has an environment {name} already; it is left as it is.",
            next_step="Choose another name, or change that table by hand.",
            problem=Problem.REFUSED,
        )


def table(name: str, values: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    """Give the text of a table; ``notes`` are comments by the keys that they stand before."""
    lines = [f"[{name}]"]
    for key, value in values.items():
        lines += [f"# {notes[key]}"] if key in notes else []
        lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def add(file: Path, text: str) -> None:
    """Add a table at the end of a file, which may not be there yet; comments and all else stay as they are.

    Raises TasktoolError, and then the file is as it was.
    """
    before = _text(file)
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    whole = f"{before}{gap}{text}"
    _parsed(file, whole)
    try:
        # A link keeps leading to its file.
        write_whole(file.resolve(), whole, stat.S_IMODE(file.stat().st_mode) if file.exists() else None)
    except OSError as error:
        raise _unusable(f"{file}: can't be written: {error.strerror or error}", ANOTHER) from error


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8") if file.exists() else ""
    except (OSError, ValueError) as error:
        raise _unusable(f"{file}: can't be read: {error}", ANOTHER) from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise _unusable(f"{file}: is not TOML: {error}", "Correct that line, then run again.") from error


def _unusable(said: str, next_step: str) -> TasktoolError:
    return TasktoolError(said, next_step=next_step, problem=Problem.REFUSED)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # A text of JSON is one of TOML.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
