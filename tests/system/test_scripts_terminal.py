"""The scripts at a terminal, behind a pipe, and in an encoding that lacks characters."""

import os
import pty
import re
import select
import subprocess
import time

import pytest
from attrs import define, field

from tests.system.world import BUCKET, Shell, World, ended, heed_interrupts

PROMPT = "Only 'yes' is taken for a yes: "
CTRL_C, CTRL_D = "\x03", "\x04"


@define
class AtTerminal:
    """A script whose input and output are a terminal of its own, with somebody before it."""

    process: "subprocess.Popen[str]"
    screen: int
    said: str = field(init=False, default="")

    def until(self, text: str, timeout: float = 30) -> None:
        """Read until something is on the screen."""
        end = time.monotonic() + timeout
        while text not in self.said:
            assert time.monotonic() < end, self.said
            if not self._read():
                break
        assert text in self.said, self.said

    def _read(self) -> bool:
        ready, _, _ = select.select([self.screen], [], [], 0.2)
        if not ready:
            return True
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # Linux: the last process at the terminal has gone
            data = b""
        self.said += data.decode().replace("\r\n", "\n")
        return bool(data)

    def type(self, keys: str) -> None:
        """Type some keys."""
        os.write(self.screen, keys.encode())

    def end(self, expect: int) -> str:
        """Read to the end, look at the exit code, and give all that was on the screen."""
        end = time.monotonic() + 30
        while self._read():
            assert time.monotonic() < end, self.said
        os.close(self.screen)
        assert self.process.wait(10) == expect, self.said
        assert "Traceback" not in self.said
        return self.said


def at_terminal(shell: Shell, script: str, *arguments: str, **variables: str) -> AtTerminal:
    """Start a script at a terminal, as its leader: what is typed there counts as keys."""
    screen, ours = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), ours)
    leading = shell.having(TERM="xterm", **variables)
    process = leading.start(script, *arguments, **streams, start_new_session=True, preexec_fn=lambda: _lead(ours))
    os.close(ours)
    return AtTerminal(process, screen)


def _lead(terminal: int) -> None:
    import fcntl
    import termios

    heed_interrupts()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


@pytest.mark.parametrize(
    ("keys", "code", "says"),
    [
        ("no\n", 78, "nothing was written"),
        ("y\n", 78, "nothing was written"),
        (CTRL_D, 78, "nothing was written"),
        (CTRL_C, 130, "Interrupted; nothing was written."),
    ],
    ids=["no", "y", "ctrl-d", "ctrl-c"],
)
def test_whoever_does_not_say_yes_has_nothing_written(made: World, keys: str, code: int, says: str) -> None:
    with made.untouched():
        seen = at_terminal(made.shell, "teardown", "prod", "--only", "access")
        seen.until(PROMPT)
        seen.type(keys)
        said = seen.end(code)
    assert "delete namespace.prod" in said[: said.index(PROMPT)]
    assert says in said[said.index(PROMPT) :]


def test_a_yes_is_enough_and_colours_tell_the_signs_apart(made: World) -> None:
    seen = at_terminal(made.shell, "teardown", "prod", "--only", "access")
    seen.until(PROMPT)
    seen.type("yes\n")
    said = seen.end(0)
    assert "  \x1b[31m- namespace.prod" in said
    assert "Done: 0 added, 0 changed, 3 destroyed" in said
    plain = at_terminal(made.shell, "provision", "prod", NO_COLOR="1").end(0)
    assert not re.search(r"\x1b\[[0-9;]*m", plain)
    assert PROMPT not in plain
    assert "Done: 3 added" in plain


def test_a_pipe_that_is_closed_breaks_no_run(cloud: World) -> None:
    reader, writer = os.pipe()
    with cloud.shell.start("provision", "prod", stdout=writer) as process:
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        done = ended(process)
    assert done.err == ""
    assert cloud.shell.run("plan", "prod").summary.startswith("No changes.")


def test_a_command_that_only_prints_ends_quietly_with_its_reader(shell: Shell) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with shell.having(PYTHONUNBUFFERED="1").start("completion", "bash", stdout=writer) as process:
        os.close(writer)
        done = ended(process, expect=141)
    assert done.err == ""


def test_a_poor_encoding_breaks_no_run(cloud: World) -> None:
    shell = cloud.shell.having(PYTHONIOENCODING="ascii")
    cloud.aws("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    assert "versioning: false -> true" in shell.run("plan", "prod", "--adopt", "--only", f"s3_bucket.{BUCKET}").out
    shell.run("plan", "--help")
