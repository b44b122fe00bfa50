"""What a command is: data for help and parsing, and a function that carries it out."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from attrs import frozen


@frozen(kw_only=True)
class Command:
    """One command.

    ``examples`` are argument lists as one would type them; ``add_options`` adds to the parser what it takes; ``run``
    does it and gives the exit code, or raises TasktoolError.
    """

    name: str
    about: str
    examples: tuple[str, ...]
    add_options: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
