"""Builds the programs of a Kubernetes control plane from source, once, and says where they are.

`KUBEBUILDER_ASSETS` names a folder of ready programs instead; etcd and the Kubernetes programs then all come from
there, so that their versions agree. Run as a program this builds everything and prints the folders.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

SOURCES = Path(__file__).parent / "go"
KUBERNETES, AUTHENTICATOR = "v1.36.3", "v0.6.13"  # as in the go.mod files; programs tell them when asked
OLDEST_GO = (1, 26)
# CGO off: no C compiler is needed. GOWORK and GOTOOLCHAIN: nothing but the module itself and the Go at hand.
SETTINGS = MappingProxyType({"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"})


class Unavailable(Exception):
    """There is neither a folder of programs nor a Go to build them."""


class BuildFailed(Exception):
    """Go could not build a module."""


@frozen
class Module:
    """One Go module, what is built from it, and the programs that come out."""

    name: str
    package: str
    binary: str
    programs: tuple[str, ...]
    variables: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Where its go.mod is."""
        return SOURCES / self.name

    def command(self, output: Path) -> list[str]:
        """Return the `go build` of it."""
        linking = " ".join(["-s -w", *(f"-X {name}={value}" for name, value in self.variables.items())])
        build = ["go", "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", linking]
        return [*build, "-o", str(output / self.binary), self.package]


VERSION = "k8s.io/component-base/version"
MODULES = (
    Module(
        "controlplane",
        ".",
        "controlplane",
        ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"),
        {f"{VERSION}.gitVersion": KUBERNETES, f"{VERSION}.gitMajor": "1", f"{VERSION}.gitMinor": "36"},
    ),
    Module("kwok", "sigs.k8s.io/kwok/cmd/kwok", "kwok", ("kwok",), {}),
    Module(
        "authenticator",
        "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator",
        "aws-iam-authenticator",
        ("aws-iam-authenticator",),
        {"sigs.k8s.io/aws-iam-authenticator/pkg.Version": AUTHENTICATOR},
    ),
)
CONTROL_PLANE = MODULES[0]
ACTIONLINT = Module("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", "actionlint", ("actionlint",), {})
"""No part of the control plane, but built and found in the same way."""
REASON = f"needs Go {OLDEST_GO[0]}.{OLDEST_GO[1]} or later to build a Kubernetes control plane, or KUBEBUILDER_ASSETS"


def say(message: str) -> None:
    """Tell who waits."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def program(name: str, tell: Callable[[str], None] = say) -> Path:
    """Find one program; the module that holds it is built first when it has to be."""
    module = next(each for each in (*MODULES, ACTIONLINT) if name in each.programs)
    if assets := os.environ.get("KUBEBUILDER_ASSETS"):
        ready = Path(assets) / name
        if ready.exists():
            return ready
        if module is CONTROL_PLANE:
            raise Unavailable(f"KUBEBUILDER_ASSETS is set, and {ready} does not exist")
    return built(module, tell) / name


def built(module: Module, tell: Callable[[str], None] = say) -> Path:
    """Return the folder with the programs of a module: found in the cache, or put there."""
    folder = cache_folder() / f"{module.name}-{fingerprint(module)}"
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent / f"{module.name}.lock") as lock:
        if not folder.exists():  # another process may have built it while we waited
            build(module, folder, lock, tell)
    return folder


def build(module: Module, folder: Path, lock: int, tell: Callable[[str], None]) -> None:
    """Build beside the final place, then rename: a folder that exists is whole."""
    tell(f"Building {', '.join(module.programs)} once into {folder}: this takes minutes.")
    unfinished = folder.parent / f"{module.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    # Go inherits the lock: when this process is killed, the next one waits for the orphan before it clears its folder.
    done = subprocess.run(
        module.command(unfinished),
        cwd=module.folder,
        env=environment(),
        pass_fds=(lock,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed("\n".join([f"go build of {module.name} failed:", *done.stdout.splitlines()[-30:]]))
    for name in set(module.programs) - {module.binary}:
        (unfinished / name).symlink_to(module.binary)
    unfinished.rename(folder)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold a file's lock; it goes with the process."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def cache_folder() -> Path:
    """Say where built programs are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tasktool-infra" / "controlplane"


def fingerprint(module: Module) -> str:
    """Sum up what the built programs depend on."""
    digest = hashlib.sha256(json.dumps([compiler(), *module.command(Path())]).encode())
    for path in sorted(module.folder.iterdir()):
        if path.name in {"go.mod", "go.sum"} or path.suffix == ".go":
            digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def compiler() -> tuple[str, ...]:
    """Ask the Go at hand for version and platform; it must be new enough."""
    if not shutil.which("go"):
        raise Unavailable(REASON)
    asked = ["go", "env", "GOVERSION", "GOOS", "GOARCH"]
    answer = subprocess.run(asked, env=environment(), capture_output=True, text=True, check=True)
    version, *platform = answer.stdout.split()
    numbers = re.match(r"go(\d+)\.(\d+)", version)
    if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST_GO:
        raise Unavailable(REASON)
    return (version, *platform)


def environment() -> dict[str, str]:
    """Return the caller's environment (module proxy and caches are in it) with what the build relies on."""
    return {**os.environ, **SETTINGS}


def main() -> None:
    """Build everything."""
    for module in (*MODULES, ACTIONLINT):
        sys.stdout.write(f"{built(module)}\n")


if __name__ == "__main__":
    main()
