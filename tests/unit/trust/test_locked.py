"""Everything that is installed is locked: an exact version, and hashes of what may be downloaded for it."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "requirements"
FILES = sorted(FOLDER.iterdir())
PIN = re.compile(r"^[\w.-]+(\[[\w,.-]+\])?==[\w.!+-]+( ; .+)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")


def requirements(text: str) -> list[str]:
    """Give the requirements of a file, each on one line."""
    whole = text.replace("\\\n", " ").splitlines()
    return [line.strip() for line in whole if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_requirement_has_its_version_and_hashes(file: Path) -> None:
    listed = requirements(file.read_text("utf-8"))
    assert listed
    for each in listed:
        pin, *hashes = re.split(r"\s+(?=--)", each)
        assert PIN.match(pin), each
        assert hashes, each
        assert [hashed for hashed in hashes if not HASH.match(hashed)] == []


def test_every_command_that_installs_asks_for_the_hashes() -> None:
    root = FOLDER.parent
    pages = [root / "README.md", root / "README.ja.md", *root.glob("docs/**/*.md"), *root.glob("docs/**/*.yml")]
    said = [line for page in pages for line in page.read_text("utf-8").splitlines() if "requirements/" in line]
    installing = [line for line in said if "pip install" in line]
    assert installing
    assert [line for line in installing if "--require-hashes" not in line] == []


UNSAFE = re.compile(r"yaml\.(unsafe_|full_|UnsafeLoader|FullLoader|Loader\b)|pickle\.load|marshal\.load|\bshelve\b")
BETWEEN_OUR_OWN = {"pytest_plugin/reading.py"}
"""Where processes of ours tell one another, as multiprocessing does: nothing comes from a file or a network."""


def test_nothing_is_read_that_could_bring_code_along() -> None:
    folder = FOLDER.parent / "tasktool_infra"
    found = {str(file.relative_to(folder)) for file in folder.rglob("*.py") if UNSAFE.search(file.read_text("utf-8"))}
    assert found == BETWEEN_OUR_OWN
