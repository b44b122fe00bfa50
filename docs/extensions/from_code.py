"""Directives that write parts of the reference from the code itself, so that the two can't part.

``{settings}``, ``{exit-codes}``, ``{events}``, ``{errors}``, ``{commands}`` stand for a table or a section each.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import attrs
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from error_sections import errors

from tasktool_infra.commands import NAMES, command
from tasktool_infra.commands.parser import parser_of
from tasktool_infra.engine import events as engine_events
from tasktool_infra.exit_codes import table
from tasktool_infra.settings.environment import Environment
from tasktool_infra.settings.schema import SETTINGS

Lines = Iterator[str]


def settings() -> Lines:
    """Give every key with its option, its variable and its default."""
    yield from _table("key", "option", "variable", "default", "what it is for")
    defaults = attrs.asdict(Environment(name="prod"))
    for name, setting in SETTINGS.items():
        default = defaults[name]
        shown = "" if default in (None, (), {}) else f"`{default}`"
        yield f"| `{name}` | `{setting.option}` | `{setting.variable}` | {shown} | {setting.help} |"


def exit_codes() -> Lines:
    """Give every exit code."""
    yield from _table("code", "meaning")
    for code in table():
        yield f"| {code.code} | {code.meaning} |"


def events() -> Lines:
    """Give every event with its fields."""
    yield from _table("event", "fields", "when")
    for name, cls in _classes(engine_events, engine_events.Event):
        fields = ", ".join(f"`{field.name}`" for field in attrs.fields(cls))
        yield f"| `{name}` | {fields} | {_first(cls)} |"


def commands() -> Lines:
    """Give the help of every command."""
    for name in NAMES:
        yield from (f"## {name}", "", "```text", *parser_of(command(name)).format_help().splitlines(), "```", "")


def _classes(module: Any, base: type) -> Iterator[tuple[str, Any]]:
    for name, cls in vars(module).items():
        if inspect.isclass(cls) and issubclass(cls, base) and cls.__module__ == module.__name__:
            yield name, cls


def _first(cls: type) -> str:
    return " ".join(inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0].split())


def _table(*heads: str) -> Lines:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"


class FromCode(Directive):
    """Puts the lines of a function in its place."""

    lines: ClassVar[Callable[[], Lines]]

    def run(self) -> list[nodes.Node]:
        """Give the nodes that the lines make."""
        part = nodes.section()
        part.document = self.state.document
        text = StringList(list(type(self).lines()), source=self.name)
        self.state.nested_parse(text, self.content_offset, part, match_titles=True)
        return part.children


def setup(app: Any) -> dict[str, Any]:
    """Make the directives known to Sphinx."""
    for lines in (settings, exit_codes, events, errors, commands):
        name = lines.__name__.replace("_", "-")
        app.add_directive(name, type(name, (FromCode,), {"lines": staticmethod(lines)}))
    return {"parallel_read_safe": True}
