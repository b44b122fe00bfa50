"""What the README says, held against the code."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tasktool_infra.commands import NAMES, command
from tasktool_infra.commands.parser import parse, parser_of
from tasktool_infra.exit_codes import table

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_first_two_blocks_are_one_line_each() -> None:
    assert [block.count("\n") for block in BLOCKS[:2]] == [1, 1]
    assert "scripts/provision.py prod --sandbox" in BLOCKS[0]
    assert "tox" in BLOCKS[1]


def test_the_readme_in_japanese_says_the_same() -> None:
    japanese = (ROOT / "README.ja.md").read_text(encoding="utf-8")
    assert re.findall(r"^```sh\n(.*?)^```$", japanese, re.DOTALL | re.MULTILINE)[:2] == BLOCKS[:2]
    assert commands(japanese) == commands(README)
    for what in (sections, blocks, names, codes):
        assert what(japanese) == what(README)
    # Words for numbers are figures there.
    assert not numbers(README) - numbers(japanese)


def prose(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


def sections(text: str) -> list[int]:
    """Give how many items each section lists."""
    return [section.count("\n- **") for section in re.split(r"^## ", text, flags=re.MULTILINE)]


def blocks(text: str) -> list[tuple[str, str]]:
    """Give what is neither prose nor commands."""
    found = re.findall(r"^ *```(\w+)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [(language, block) for language, block in found if language != "sh"]


def names(text: str) -> set[str]:
    """Give what is said in the words of the machine."""
    return {re.sub(r"\s+", " ", name) for name in re.findall(r"`([^`]+)`", prose(text))}


def codes(text: str) -> list[str]:
    return re.findall(r"^\| (\d+) \|", text, re.MULTILINE)


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+(?:\.\d+)?", prose(text)))


def commands(text: str) -> set[str]:
    """Give the commands of all blocks, without what is said of them."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return {re.sub(r"\s+#.*", "", each).strip() for block in blocks for each in block.splitlines()} - {""}


def test_the_exit_codes_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert [(int(code), meaning.replace("`", "")) for code, meaning in rows] == [
        (exit_code.code, exit_code.meaning) for exit_code in table()
    ]


PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("docs/ci/*.yml"))]
SHOWN = {
    path: re.findall(r"python scripts/(\w+)\.py ([^\n#)`|&]+)", path.read_text(encoding="utf-8")) for path in PAGES
}


@pytest.mark.parametrize("path", [path for path, shown in SHOWN.items() if shown], ids=lambda path: path.stem)
def test_every_command_that_is_shown_is_understood(path: Path) -> None:
    for name, arguments in SHOWN[path]:
        words = arguments.replace('"', "").replace("2>", "").rstrip("`. …").split()
        assert parse(name, words).command == name


def test_every_command_is_shown() -> None:
    assert {command for shown in SHOWN.values() for command, _ in shown} >= set(NAMES)


def test_the_commands_without_records_are_named() -> None:
    said = re.search(r"All commands have it but (.*?)\. On GitHub", README, re.DOTALL)
    assert said is not None
    without = {name for name in NAMES if "--output" not in parser_of(command(name)).format_help()}
    assert set(re.findall(r"`(\w+)`", said[1])) == without
