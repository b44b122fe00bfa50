"""Programs are built once, whoever asks at the same time, and a missing Go is said in one sentence."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.controlplane import build
from tests.controlplane.build import (
    AUTHENTICATOR,
    CONTROL_PLANE,
    KUBERNETES,
    MODULES,
    REASON,
    BuildFailed,
    Unavailable,
    built,
    program,
)

# Stands in for Go: answers `go env`, and writes what is asked for after -o, or fails.
GO = """#!{python} -IS
import pathlib, sys, time
if sys.argv[1] == "env":
    print("{version}", "linux", "amd64", sep="\\n")
elif {fails}:
    sys.exit("no such module")
else:
    time.sleep(0.1)
    with open("{builds}", "a") as file:
        file.write("built\\n")
    pathlib.Path(sys.argv[sys.argv.index("-o") + 1]).write_text("program")
"""


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install a stand-in for Go and an empty cache; the file that counts the builds."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)

    def install(version: str = "go1.26.8", *, fails: bool = False) -> Path:
        script, builds = tmp_path / "bin" / "go", tmp_path / "builds"
        script.write_text(GO.format(python=sys.executable, version=version, fails=fails, builds=builds))
        script.chmod(0o755)
        return builds

    return install


@pytest.fixture(autouse=True)
def forget_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "compiler", build.compiler.__wrapped__)


def test_two_at_once_build_once(go: Callable[..., Path]) -> None:
    builds, told = go(), list[str]()
    with ThreadPoolExecutor() as pool:
        folders = set(pool.map(lambda _: built(CONTROL_PLANE, told.append), range(4)))
    assert len(folders) == 1
    assert builds.read_text() == "built\n"
    assert len(told) == 1
    assert "minutes" in told[0]
    assert (folders.pop() / "kube-apiserver").read_text() == "program"


def test_another_compiler_or_source_is_another_build(
    go: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go()
    first = built(CONTROL_PLANE, quiet)
    go("go1.27.0")
    second = built(CONTROL_PLANE, quiet)
    sources = tmp_path / "sources" / CONTROL_PLANE.name
    sources.mkdir(parents=True)
    (sources / "go.mod").write_text("module other")
    monkeypatch.setattr(build, "SOURCES", sources.parent)
    assert len({first, second, built(CONTROL_PLANE, quiet)}) == 3


def test_a_failed_build_leaves_no_programs_and_says_why(go: Callable[..., Path]) -> None:
    go(fails=True)
    with pytest.raises(BuildFailed, match="no such module"):
        built(CONTROL_PLANE, quiet)
    go()
    assert (built(CONTROL_PLANE, quiet) / "etcd").exists()


@pytest.mark.parametrize("version", ["go1.25.9", ""])
def test_without_a_new_go_the_reason_is_one(go: Callable[..., Path], version: str) -> None:
    if version:
        go(version)
    with pytest.raises(Unavailable) as caught:
        program("kube-apiserver", quiet)
    assert str(caught.value) == REASON


def test_ready_programs_are_used_instead(
    go: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = go()
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "etcd").touch()
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    assert program("etcd", quiet) == assets / "etcd"
    with pytest.raises(Unavailable, match="kube-scheduler"):
        program("kube-scheduler", quiet)
    assert not builds.exists()
    assert program("kwok", quiet).read_text() == "program"


def test_the_told_versions_are_the_built_ones() -> None:
    required = [line.split()[:2] for module in MODULES for line in (module.folder / "go.mod").read_text().splitlines()]
    assert ["k8s.io/kubernetes", KUBERNETES] in required
    assert any(words[-2:] == ["sigs.k8s.io/aws-iam-authenticator", AUTHENTICATOR] for words in required)
