"""What people see of a run: a log, a screen that is drawn again, and the end."""

import io
import re

import pytest
from attrs import define, evolve, field

from tasktool_infra.engine.calls import Call
from tasktool_infra.engine.errors import Interrupted
from tasktool_infra.engine.events import Called, Ended, Noted, Planned, Started
from tasktool_infra.engine.execute import Result
from tasktool_infra.engine.plan import Action
from tasktool_infra.report.console import Console, console
from tasktool_infra.report.event_lines import Log
from tasktool_infra.report.lines import columns
from tasktool_infra.report.palette import plain
from tasktool_infra.report.progress import Progress
from tasktool_infra.report.result_lines import result_lines
from tasktool_infra.report.text import Live, Plain
from tests.unit.report.plans import change, key, plan
from tests.unit.report.runs import RESULT, ROLE, TABLE, events

LOG = """\
a note
12:00:00 dynamodb_table.tasks: creating
12:00:00   dynamodb_table.tasks: create the table
12:00:00   dynamodb.describe_table: throttled (AccessDenied), again in 2 s
12:00:00   dynamodb_table.tasks: waiting for the table and its indexes to be active: user_index CREATING, 2 s
12:00:00 iam_role.Odd: changing
12:00:00 iam_role.Odd: failed: iam.create_role: AccessDenied: no (request r-1)
12:00:00 dynamodb_table.tasks: created after 41.0 s
"""
END = """\
Done: 1 added, 0 changed, 0 destroyed, 1 failed, 1 waiting (42.0 s)
  waiting: job.late: the tag 1 is absent
  Push it:
    docker push x

Outputs:
  table  tasks
  url    https://task.example.com
"""


def logged(*, quiet: bool = False, verbose: bool = False) -> str:
    out = io.StringIO()
    told = Plain(Console(out), quiet=quiet, log=Log(verbose=verbose), clock=lambda: "12:00:00")
    for event in list(events())[:-1]:
        if not isinstance(event, Planned):
            told(event)
    return out.getvalue()


def test_without_a_terminal_each_event_is_a_line_with_the_time() -> None:
    assert logged() == LOG + END


def test_quiet_leaves_failures_and_sums() -> None:
    assert logged(quiet=True).splitlines() == [
        "12:00:00 iam_role.Odd: failed: iam.create_role: AccessDenied: no (request r-1)",
        "Done: 1 added, 0 changed, 0 destroyed, 1 failed, 1 waiting (42.0 s)",
    ]


def test_verbose_tells_of_every_call_with_its_request_id() -> None:
    said = logged(verbose=True)
    assert "12:00:00   dynamodb.describe_table (0.50 s, request r-0)\n" in said
    assert "12:00:00   dynamodb.describe_table: AccessDenied (0.50 s, request r-1)\n" in said


def test_a_wait_is_told_now_and_then() -> None:
    log = Log()
    waiting = next(event for event in events() if type(event).__name__ == "Waiting")
    told = [len(list(log.lines(evolve(waiting, at=at)))) for at in (5.0, 6.0, 14.0, 16.0)]
    assert told == [1, 0, 0, 1]


def test_the_end_says_what_was_slow_and_what_to_do_next() -> None:
    both = {TABLE: 41.04, ROLE: 3.0}
    done = evolve(RESULT, failed={}, waiting=(), done=(TABLE, ROLE), seconds=both)
    said = plain(result_lines(done))
    assert "  longest: dynamodb_table.tasks 41.0 s, iam_role.Odd 3.0 s\n" in said
    assert said.endswith("\nNext: open https://task.example.com\n")
    halted = plain(result_lines(Result(plan=RESULT.plan, failed={TABLE: Interrupted("x")}, not_started=(ROLE,))))
    assert "1 stopped half-way, 1 not started\n  stopped half-way: dynamodb_table.tasks\n" in halted
    assert "Next" not in halted


def test_what_is_under_way_has_a_line_each_and_a_bar() -> None:
    progress = Progress()
    for event in list(events())[:11]:
        progress.hear(event)
    assert plain(progress.lines(45.0, 80, 24)) == (
        "  + dynamodb_table.tasks  user_index CREATING, 43 s\n"
        "  ~ iam_role.Odd  40 s\n"
        "──────────────────────── 0 of 2, 43 s\n"
    )
    for event in list(events())[11:13]:
        progress.hear(event)
    assert plain(progress.lines(45.0, 80, 24)) == "━━━━━━━━━━━━━━━━━━━━━━━━ 2 of 2, 1 failed, 43 s\n"


@pytest.mark.parametrize(("width", "height"), [(40, 5), (60, 10), (200, 50)])
def test_300_resources_under_way_fit_any_screen(width: int, height: int) -> None:
    names = [f"config_map.prod/settings-{i:03}-of-a-long-name" for i in range(300)]
    progress = Progress()
    progress.hear(Planned(at=0.0, plan=plan(*(change(name, Action.CREATE) for name in names))))
    for name in names:
        progress.hear(Started(at=0.0, key=key(name), action=Action.CREATE))
    lines = progress.lines(1.0, width, height)
    assert len(lines) < height
    assert all(columns(each.text) <= width for each in lines)
    assert "more under way" in lines[-2].text


def test_what_a_resource_does_is_cut_before_the_time_is() -> None:
    progress = Progress()
    for event in list(events())[:11]:
        progress.hear(event)
    assert plain(progress.lines(45.0, 40, 24)).splitlines()[0] == "  + dynamodb_table.tasks  user_in…, 43 s"


def test_what_will_be_tried_again_is_told_while_it_is_waited_for() -> None:
    progress = Progress()
    for event in list(events())[:11]:
        progress.hear(event)
    now = "  dynamodb.describe_table: throttled (AccessDenied), again in 1 s"
    assert plain(progress.lines(3.5, 80, 24)).splitlines()[-2] == now
    assert "again" not in plain(progress.lines(4.6, 80, 24))


def test_a_command_to_copy_is_never_broken_and_a_list_is() -> None:
    out = io.StringIO()
    command, listed = f"  provision.py prod --plan {'long/' * 20}", f"  - {'word ' * 20}"
    Plain(Console(out, fixed=60))(Noted(at=0.0, text=f"Saved:\n{command}\n{listed}"))
    lines = out.getvalue().splitlines()
    assert command in lines
    assert all(len(each) <= 60 for each in lines if each != command)


def test_reading_is_told_only_when_it_takes_long() -> None:
    progress = Progress()
    progress.hear(Called(at=1.0, call=Call("s3", "x"), seconds=1.0))
    assert progress.lines(0.2, 80, 24) == []
    assert plain(progress.lines(2.0, 80, 24)) == "Reading what stands: 1 calls, 2 s\n"


@define
class Terminal:
    """Understands what is written to it as a terminal does: enough of it for the sequences that are used."""

    rows: list[str] = field(factory=lambda: [""])
    row: int = 0

    def take(self, text: str) -> None:
        for code, char in re.findall(r"\x1b\[(\d*[AKJm])|([^\x1b])", text):
            if code.endswith("A"):
                self.row -= int(code[:-1])
                assert self.row >= 0
                self.rows[self.row] = ""
            elif code == "K":
                self.rows[self.row] = self.rows[self.row].rstrip("\0")
            elif code == "J":
                self.rows[self.row :] = [""]
            elif char == "\n":
                self.row += 1
                self.rows += [""] * (self.row == len(self.rows))
                self.rows[self.row] = ""
            elif char == "\r":
                self.rows[self.row] = ""
            elif char:
                self.rows[self.row] += char


def test_nothing_that_was_drawn_in_place_is_left_on_the_screen() -> None:
    out, now = io.StringIO(), [0.0]
    live = Live(Console(out, colour=True, live=True), now=lambda: now[0])
    for event in list(events())[:-1]:
        now[0] = event.at
        live(event)
    live.close()
    screen = Terminal()
    screen.take(out.getvalue())
    text = "\n".join(row.rstrip() for row in screen.rows)
    assert text.endswith(
        "iam_role.Odd: failed: iam.create_role: AccessDenied: no (request r-1)\n"
        "dynamodb_table.tasks: created after 41.0 s\n" + END
    )
    assert "━" not in text
    assert "a note\nProvision of prod" in text


def test_a_run_that_breaks_off_leaves_no_moving_lines() -> None:
    out = io.StringIO()
    live = Live(Console(out, live=True), now=lambda: 10.0)
    for event in list(events())[:9]:
        live(event)
    live.close()
    screen = Terminal()
    screen.take(out.getvalue())
    assert "of 2" not in "\n".join(screen.rows)
    written = out.getvalue()
    live.close()
    assert out.getvalue() == written


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("tty", "environ", "colour", "live"),
    [
        (True, {"TERM": "xterm"}, True, True),
        (True, {"TERM": "dumb"}, False, False),
        (True, {}, False, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False, True),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        (True, {"TERM": "xterm", "CI": "true"}, True, False),
        (False, {"TERM": "xterm"}, False, False),
        (False, {"FORCE_COLOR": "1"}, True, False),
        (False, {"FORCE_COLOR": "0"}, False, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_the_shell_decides_on_colour_and_movement(tty: bool, environ: dict[str, str], colour: bool, live: bool) -> None:
    found = console(Tty() if tty else io.StringIO(), environ)
    assert (found.colour, found.live) == (colour, live)


def test_only_a_terminal_or_columns_break_lines() -> None:
    assert console(io.StringIO(), {}).width is None
    assert console(io.StringIO(), {"COLUMNS": "70"}).width == 70
    assert console(Tty(), {}).width == 80


def test_an_end_without_changes_is_short() -> None:
    out = io.StringIO()
    Plain(Console(out))(Ended(at=0.0, result=Result(plan=plan())))
    assert out.getvalue() == "Done: 0 added, 0 changed, 0 destroyed\n"
