"""What the README says, held against the code."""

import re
from pathlib import Path

from tasktool_infra.commands import NAMES
from tasktool_infra.commands.parser import parse
from tasktool_infra.exit_codes import table

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_first_two_blocks_are_one_line_each() -> None:
    assert [block.count("\n") for block in BLOCKS[:2]] == [1, 1]
    assert "scripts/provision.py prod --sandbox" in BLOCKS[0]
    assert "tox" in BLOCKS[1]


def test_the_exit_codes_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert [(int(code), meaning.replace("`", "")) for code, meaning in rows] == [
        (exit_code.code, exit_code.meaning) for exit_code in table()
    ]


def test_every_command_that_is_shown_is_understood() -> None:
    shown = re.findall(r"python scripts/(\w+)\.py ([^\n#)`]+)", README)
    assert {command for command, _ in shown} >= set(NAMES)
    for command, arguments in shown:
        assert parse(command, arguments.replace('"', "").rstrip("`.").split()).command == command
