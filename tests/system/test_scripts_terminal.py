"""The scripts at a terminal, behind a pipe, and in an encoding that lacks characters."""

import os
import re
from functools import partial

import pytest

from tests.system.terminal import PROMPT, AtTerminal, at_terminal
from tests.system.world import BUCKET, Shell, World, ended

CTRL_C, CTRL_D = "\x03", "\x04"


def typed_at(shell: Shell, script: str, *arguments: str, **variables: str) -> AtTerminal:
    """Start a script at a terminal."""
    return at_terminal(partial(shell.having(TERM="xterm", **variables).start, script, *arguments))


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
        seen = typed_at(made.shell, "teardown", "prod", "--only", "access")
        seen.until(PROMPT)
        seen.type(keys)
        said = seen.end(code)
    assert "delete namespace.prod" in said[: said.index(PROMPT)]
    assert says in said[said.index(PROMPT) :]
    # Who has just read what needs it is not told all of it again.
    assert "delete namespace.prod" not in said[said.index(PROMPT) :]


def test_a_yes_is_enough_and_colours_tell_the_signs_apart(made: World) -> None:
    seen = typed_at(made.shell, "teardown", "prod", "--only", "access")
    seen.until(PROMPT)
    seen.type("yes\n")
    said = seen.end(0)
    assert "  \x1b[31m- namespace.prod" in said
    assert "Done: 0 added, 0 changed, 3 destroyed" in said
    plain = typed_at(made.shell, "provision", "prod", NO_COLOR="1").end(0)
    assert not re.search(r"\x1b\[[0-9;]*m", plain)
    assert PROMPT not in plain
    assert "Done: 3 added" in plain


def test_nothing_wraps_at_a_terminal_but_commands_to_copy(cloud: World) -> None:
    runs = (("provision", 0), ("verify", 1), ("doctor", 0), ("plan", 64))
    for script, code in runs:
        more = {"verify": ["--bucket", "another-name-of-a-bucket"], "plan": ["--no-such-option-of-this-command"]}
        start = partial(cloud.shell.having(TERM="xterm").start, script, "prod", *more.get(script, ()))
        said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", at_terminal(start, columns=60).end(code))
        wide = [row.strip() for row in re.split(r"[\r\n]", said) if len(row) > 60]
        assert all(row.startswith(("aws ecr get-login-password", "docker push ")) for row in wide), said


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
