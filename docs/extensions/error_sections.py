"""The sections of the page on errors, from the classes themselves: all that a user may meet, public or not."""

import inspect
from collections.abc import Iterator
from importlib import import_module

import tasktool_infra
from tasktool_infra.engine.errors import TasktoolError
from tasktool_infra.exit_codes import BY_PROBLEM

HOMES = ("engine.errors", "engine.execute", "running", "sandbox.facts", "saved_plan", "settings.errors", "target")
"""The modules of the package that define errors."""


def errors() -> Iterator[str]:
    """Give a section for every class: what it means, where it stands, its exit code."""
    for home in HOMES:
        import_module(f"tasktool_infra.{home}")
    for cls in _family(TasktoolError):
        yield from (f"## {cls.__name__}", "", inspect.cleandoc(cls.__doc__ or ""), "")
        code = BY_PROBLEM[cls.problem].code
        yield from (f"{_place(cls)} Exit code {code}, unless it says another sort of failure itself.", "")


def _family(cls: type[TasktoolError]) -> Iterator[type[TasktoolError]]:
    yield cls
    for child in sorted(cls.__subclasses__(), key=lambda child: child.__name__):
        yield from _family(child)


def _place(cls: type[TasktoolError]) -> str:
    public = cls.__name__ in tasktool_infra.__all__
    name = f"tasktool_infra.{cls.__name__}" if public else f"{cls.__module__}.{cls.__name__}"
    base = "" if cls is TasktoolError else f", a `{cls.__base__.__name__}`"
    return f"`{name}`{base}."
