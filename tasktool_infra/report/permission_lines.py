"""The permissions that a plan gives and takes, as a table of its own: what a reviewer must not overlook."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from tasktool_infra.engine.plan import Plan
from tasktool_infra.report.lines import Line, line
from tasktool_infra.report.statements import Permission, permissions
from tasktool_infra.report.values import GAINED, LOST

TITLE = "Permissions gained (+) and lost (-)"
STYLES = {"+": GAINED, "-": LOST}


def permission_lines(plan: Plan) -> Iterator[Line]:
    """Give the table: for each resource the statements, and below each on what and when it counts."""
    rows = permissions(plan)
    if not rows:
        return
    yield from (Line(), line(TITLE, style="bold"))
    for where, group in groupby(rows, key=lambda row: row.where):
        yield line(where, indent=2)
        yield from _rows(group)


def _rows(rows: Iterable[Permission]) -> Iterator[Line]:
    for row in rows:
        yield line(f"{row.sign} {row.what}", style=STYLES[row.sign], indent=4)
        yield from (line(each, indent=8) for each in row.about)
