"""The completion in the shells themselves, where they are on the machine: somebody types, and presses Tab."""

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tasktool_infra.cli import main
from tests.system.terminal import at_terminal

STARTS = {
    "bash": (["--noprofile", "--rcfile", "{script}", "-i"], "PS1='ready> '"),
    "fish": (["-N", "-C", "source {script}"], "function fish_prompt; echo 'ready> '; end"),
    "zsh": (["-i"], "PS1='ready> '"),
}
"""How each is started without what its user has set up, and what makes it say when it is ready."""
ZSH_FIRST = "autoload -U compinit; compinit -u -D\n"
TYPED = {
    "prov\tpro\t--delete\t\r": "provision prod --delete-data",
    "sandbox star\t\r": "sandbox start",
    "completion z\t\r": "completion zsh",
}


@pytest.mark.parametrize("shell", sorted(STARTS))
@pytest.mark.parametrize(("typed", "meant"), TYPED.items(), ids=TYPED.values())
def test_a_shell_completes_what_is_typed(
    shell: str, typed: str, meant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not on this machine")
    arguments, prompt = STARTS[shell]
    main("completion", [shell])
    script = tmp_path / ".zshrc"
    first = ZSH_FIRST if shell == "zsh" else ""
    script.write_text(f"{first}{capsys.readouterr().out}\n{prompt}\n", encoding="utf-8")
    command = tmp_path / "tasktool"
    command.write_text('#!/bin/sh\necho "ran with: $*"\n', encoding="utf-8")
    command.chmod(0o700)
    environ = {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "TERM": "dumb", "PATH": f"{tmp_path}:{os.defpath}"}
    line = [program, *(each.format(script=script) for each in arguments)]
    seen = at_terminal(partial(subprocess.Popen, line, env=environ, cwd=tmp_path, text=True))
    try:
        seen.until("ready> ")
        seen.type(f"tasktool {typed}")
        seen.until("ran with: ")
        seen.type("exit\r")
        said = seen.end(0)
    finally:
        seen.process.kill()
    assert f"ran with: {meant}" in " ".join(said.split())
