"""The completion in the shells themselves, where they are on the machine."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tasktool_infra.cli import main

FISH = 'source {file}; complete -C "tasktool pl"; complete -C "tasktool plan pr"; complete -C "tasktool plan --det"'
ZSH = "autoload -U compinit; compinit -u -D; source {file}; print $_comps[tasktool]; whence -w _tasktool"
SHOWN = {
    "fish": (["-N", "-c", FISH], ["plan", "prod", "--detailed-exitcode"]),
    "zsh": (["-f", "-c", ZSH], ["_tasktool", "_tasktool: function"]),
}


@pytest.mark.parametrize("shell", sorted(SHOWN))
def test_a_shell_takes_its_script(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not on this machine")
    main("completion", [shell])
    file = tmp_path / "script"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    arguments, shown = SHOWN[shell]
    line = [each.format(file=file) for each in arguments]
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "dumb"}
    done = subprocess.run([program, *line], capture_output=True, text=True, env=environ, cwd=tmp_path, check=False)
    assert done.stderr == ""
    assert [each.split("\t")[0] for each in done.stdout.splitlines()] == shown
