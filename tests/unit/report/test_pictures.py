"""Pictures of an environment, and what shells complete."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from tasktool_infra.cli import main
from tasktool_infra.commands import NAMES
from tasktool_infra.commands.completion import SHELLS
from tasktool_infra.commands.parser import whole
from tasktool_infra.engine.plan import Action
from tasktool_infra.report.completion import SHELLS as MAKERS
from tasktool_infra.report.completion import bash, words
from tasktool_infra.report.mermaid import mermaid
from tests.faults.world import toy
from tests.unit.report.plans import TARGET, change, plan

ROOT = Path(__file__).resolve().parents[3]


def test_a_picture_has_boxes_arrows_and_what_a_plan_does() -> None:
    host = toy("host")
    listed = (host, toy("b", requires=(host,)), toy('odd"<', within=host))
    key = str(host.key)
    changes = (
        change(key, Action.CREATE),
        change(str(listed[1].key), Action.NONE),
        change("toy.old", Action.DELETE, layer="toys"),
        change("toy.kept", Action.NONE, layer="toys"),
    )
    lines = mermaid(listed, changes).splitlines()
    assert lines[0] == "flowchart LR"
    assert f'    n0["+ {host.key.kind}<br/>host"]' in lines
    assert "&quot;&lt;" in "\n".join(lines)
    assert "  n1 --> n0" in lines
    assert "  n2 -.-> n0" in lines
    assert "  class n0 create" in lines
    assert '    n3["- toy<br/>old"]' in lines
    assert "  class n3 delete" in lines
    assert "kept" not in "\n".join(lines)


def test_the_picture_of_the_readme_is_the_one_that_graph_draws(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("graph", ["prod", "--only", "aws", "access", "--config", str(ROOT / "environments.toml")]) == 0
    drawn = capsys.readouterr().out
    assert f"```mermaid\n{drawn}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_shell_gets_every_command() -> None:
    assert tuple(MAKERS) == SHELLS
    for make in MAKERS.values():
        script = make(words(whole()), ("prod",))
        assert all(name in script for name in NAMES)
        assert "delete-data" in script


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pro", {"provision"}),
        ("provision p", {"prod"}),
        ("teardown --delete", {"--delete-data"}),
        ("sandbox st", {"start", "status", "stop"}),
    ],
)
def test_bash_completes(typed: str, expected: set[str]) -> None:
    line = ["tasktool", *typed.split(" ")]
    ask = f"COMP_WORDS=({' '.join(line)}); COMP_CWORD={len(line) - 1}; _tasktool; echo ${{COMPREPLY[@]}}"
    script = bash(words(whole()), ("prod",))
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == expected


@pytest.mark.parametrize(
    ("arguments", "code"), [(["plan", "--help"], 0), (["plan", "prod", "--nonsense"], 64), (["plan", "nosuch"], 64)]
)
def test_help_and_usage_errors_import_nothing_heavy(arguments: list[str], code: int) -> None:
    program = (
        "import sys\n"
        "from tasktool_infra.cli import main\n"
        "try:\n    code = main(None, sys.argv[1:])\n"
        "except SystemExit as left:\n    code = left.code\n"
        "heavy = {'boto3', 'botocore', 'kubernetes', 'moto', 'yaml', 'jmespath'} & sys.modules.keys()\n"
        "print(code, sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == f"{code} []"


def test_a_picture_of_a_plan_names_and_marks_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {**TARGET, "issuer": "https://oidc.eks.ap-northeast-1.amazonaws.com/id/A1"}
    key = "iam_oidc_provider.oidc.eks.ap-northeast-1.amazonaws.com/id/A1"
    made = evolve(plan(change(key, Action.CREATE)), target=facts)
    monkeypatch.setattr("tasktool_infra.report.graph.plan", lambda *_, **__: made)
    drawn = io.StringIO()
    monkeypatch.setattr("sys.stdout", drawn)
    assert main("graph", ["prod", "--plan", "--only", "aws", "--config", str(ROOT / "environments.toml")]) == 0
    assert '["+ iam_oidc_provider<br/>oidc.eks.ap-northeast-1.amazonaws.com/id/A1"]' in drawn.getvalue()
