"""The commands, a file each: what they are for, the options they take, what they do. Nothing heavy is imported."""

from importlib import import_module

from tasktool_infra.commands.command import Command

NAMES = (
    "init",
    "doctor",
    "plan",
    "provision",
    "verify",
    "teardown",
    "permissions",
    "graph",
    "sandbox",
    "completion",
)


def command(name: str) -> Command:
    """Give a command by its name."""
    found = import_module(f"tasktool_infra.commands.{name}").COMMAND
    assert isinstance(found, Command)
    return found
