"""The page on errors has a section for every class of errors that the package defines."""

import ast
import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = ROOT / "tasktool_infra" / "sandbox"
"""Here an API's own errors are played, some under our names; SandboxError is the one that is said to people."""


def sections() -> list[str]:
    spec = importlib.util.spec_from_file_location("error_sections", ROOT / "docs" / "extensions" / "error_sections.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.errors())


def defined() -> set[str]:
    """Give the name of every class that descends from TasktoolError, by the text of the package alone."""
    files = [file for file in (ROOT / "tasktool_infra").rglob("*.py") if FOREIGN not in file.parent.parents]
    sources = (file.read_text(encoding="utf-8") for file in files)
    classes = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for source in sources
        if "Error" in source or "Refused" in source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    }
    found, before = {"TasktoolError"}, set[str]()
    while found != before:
        before = set(found)
        found |= {name for name, bases in classes.items() if bases & found}
    return found


def test_every_error_has_a_section_that_says_something() -> None:
    lines = sections()
    titles = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert sorted(titles) == sorted(defined())
    assert {"Barred", "NotAccepted", "SandboxElsewhere", "PlanMoved", "NoSuchCluster"} <= set(titles)
    assert all(lines[lines.index(f"## {title}") + 2] for title in titles)
