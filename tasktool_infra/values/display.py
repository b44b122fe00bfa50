"""Lets values show themselves in notebooks. How they look is the business of the layer for people, above all."""

import sys
from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

JSON = "application/json"
LOOKS, CELL = "tasktool_infra.report.notebook", "tasktool_infra.report.cell"
"""Named instead of imported: only a notebook ever asks, and the values know nothing of it."""


class Displayed:
    """A value that notebooks show as HTML, text or JSON.

    Source: IPython, "Integrating your objects with IPython", `_repr_mimebundle_`.
    """

    __slots__ = ()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Give the forms that are asked for, by their MIME types.

        JSON is given only when it is named: JupyterLab prefers it to HTML, and would show people a tree of data.
        """
        whole: dict[str, Any] = import_module(LOOKS).bundle(self)
        asked = {mime: form for mime, form in whole.items() if (mime in include if include else mime != JSON)}
        return {mime: form for mime, form in asked.items() if not exclude or mime not in exclude}


def in_kernel() -> bool:
    """Say whether this process is a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    return hasattr(ipython.get_ipython() if ipython is not None else None, "kernel")


def watching() -> tuple[Callable[[Any], None], ...]:
    """Give who shows a run in the cell that runs just now; nobody outside of a notebook's kernel."""
    return (import_module(CELL).cell(),) if in_kernel() else ()
