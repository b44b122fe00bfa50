"""Terraform with its AWS provider from a folder on this machine: found, prepared once, run without any network.

Neither can be had from Python's package index, so that no set-up of a test run can bring them: where they are missing,
the tests skip, on continuous integration too.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

HERE = Path(__file__).parent
MISSING = (
    "this needs `terraform` on the PATH and a folder that holds its provider hashicorp/aws as a filesystem mirror does"
    " (TASKTOOL_TERRAFORM_PLUGINS, or what terraform.rc names); neither is a Python package"
)
PROVIDER = "registry.terraform.io/hashicorp/aws"
WELL_KNOWN = (
    "~/.terraform.d/plugins",
    "~/.terraform.d/plugin-cache",
    "/opt/tf-plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)
LONGEST = 120
"""Seconds that one command may take; the longest takes ten on two cores."""


@frozen
class Folder:
    """A folder with definitions and a state, in which Terraform is run."""

    path: Path
    program: str
    variables: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run a command to its end and give what it printed; nothing of it is left running, whatever happens."""
        variables = {f"TF_VAR_{name}": value for name, value in self.variables.items()}
        with subprocess.Popen(
            [self.program, *arguments],
            cwd=self.path,
            env={**surroundings(self.path), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                printed, _ = running.communicate(timeout=LONGEST)
            finally:
                end(running)
        assert running.returncode == 0, printed
        return printed

    def planned(self) -> dict[str, Any]:
        """Give what Terraform would do to each resource, by its address, without doing it."""
        self.run("plan", "-input=false", "-no-color", "-out=planned")
        plan = json.loads(self.run("show", "-json", "planned"))
        return {each["address"]: each["change"] for each in plan["resource_changes"]}

    def another(self, path: Path, *definitions: str, **variables: str) -> "Folder":
        """Give a new folder prepared like this one, with further definitions and no state."""
        shutil.copytree(self.path, path, symlinks=True)
        for name in definitions:
            shutil.copy(HERE / name, path)
        return Folder(path, self.program, variables)


def surroundings(home: Path) -> dict[str, str]:
    """Give the environment of a command: nothing of the shell's proxies, profiles and settings."""
    settings = {"TF_CLI_CONFIG_FILE": str(home / "terraform.rc"), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **settings}


def end(running: "subprocess.Popen[Any]") -> None:
    """Kill a command that still runs, its providers included."""
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)


def prepared(path: Path) -> Folder:
    """Give a folder with the tutorial's definitions and the provider in its place; without Terraform, skip."""
    program = shutil.which("terraform")
    mirror = next((each for each in mirrors() if (each / PROVIDER).is_dir()), None)
    if program is None or mirror is None:
        pytest.skip(MISSING)
    for name in ("main.tf", "emulator.tf"):
        shutil.copy(HERE / name, path)
    (path / "terraform.rc").write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    )
    folder = Folder(path, program, {})
    folder.run("init", "-input=false", "-no-color")
    return folder


def different(change: Any) -> set[str]:
    """Give the attributes that a change would set; nothing and an empty value are the same to Terraform."""
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    names = before.keys() | after.keys()
    return {name for name in names if unknown.get(name) or (before.get(name) or None) != (after.get(name) or None)}


def mirrors() -> Iterator[Path]:
    """Give the folders that may hold providers, those that somebody named first."""
    for variable in ("TASKTOOL_TERRAFORM_PLUGINS", "TF_PLUGIN_CACHE_DIR"):
        if named := os.environ.get(variable):
            yield Path(named)
    for configuration in (os.environ.get("TF_CLI_CONFIG_FILE", ""), "~/.terraformrc"):
        yield from named_in(Path(configuration).expanduser())
    yield from (Path(each).expanduser() for each in WELL_KNOWN)


def named_in(configuration: Path) -> Iterator[Path]:
    """Give the folders that a configuration of Terraform's command names."""
    text = configuration.read_text() if configuration.is_file() else ""
    for named in re.findall(r'^\s*(?:path|plugin_cache_dir)\s*=\s*"([^"]+)"', text, re.MULTILINE):
        yield Path(named).expanduser()
