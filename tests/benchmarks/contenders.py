"""Who is measured: our scripts, and Terraform with its AWS provider; both on the AWS part of `prod`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest
from attrs import frozen

from tests.system.terraform.emulator import ACCOUNT, CLUSTER, REGION
from tests.system.terraform.programs import Folder, prepared, surroundings
from tests.system.world import ROOT, shell_in

NAMES = ("create", "plan", "repair", "verify", "destroy")


class Contender(Protocol):
    """Does the same work as the others."""

    @property
    def name(self) -> str:
        """What it is called in the results."""

    @property
    def folder(self) -> Path:
        """Where its commands run."""

    @property
    def works(self) -> tuple[str, ...]:
        """What it can do of :data:`NAMES`, in that order."""

    def command(self, name: str) -> list[str]:
        """Give the command line for a piece of work."""

    def environ(self, endpoint: str, issuer: str) -> Mapping[str, str]:
        """Give the environment that leads to an endpoint."""


@frozen
class Ours:
    """Our scripts, each as a process."""

    folder: Path
    name: str = "tasktool"
    works: tuple[str, ...] = NAMES

    def command(self, name: str) -> list[str]:
        """Give the command line for a piece of work."""
        script, *more = {
            "create": ["provision"],
            "plan": ["plan"],
            "repair": ["provision"],
            "verify": ["verify"],
            "destroy": ["teardown", "--yes", "--delete-data"],
        }[name]
        path = str(ROOT / "scripts" / f"{script}.py")
        return [sys.executable, path, "prod", "--account", ACCOUNT, "--only", "aws", *more]

    def environ(self, endpoint: str, issuer: str) -> Mapping[str, str]:
        """Give the environment that leads to an endpoint; bytecode is kept, as where it is installed."""
        del issuer
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint}
        shell = shell_in(self.folder, **keys)
        return {key: value for key, value in shell.environ.items() if not key.startswith("PYTHON")}


@frozen
class Terraform:
    """Terraform with definitions of the same resources, its provider from a folder on this machine."""

    prepared: Folder
    name: str = "terraform"
    works: tuple[str, ...] = tuple(name for name in NAMES if name != "verify")

    @property
    def folder(self) -> Path:
        """The folder with definitions and state."""
        return self.prepared.path

    def command(self, name: str) -> list[str]:
        """Give the command line for a piece of work."""
        arguments = {"plan": ["plan", "-detailed-exitcode"], "destroy": ["destroy", "-auto-approve"]}
        return [self.prepared.program, *arguments.get(name, ["apply", "-auto-approve"]), "-input=false", "-no-color"]

    def environ(self, endpoint: str, issuer: str) -> Mapping[str, str]:
        """Give the environment that leads to an endpoint."""
        inputs = {"env": "prod", "oidc_provider_url": issuer, "eks_cluster_name": CLUSTER, "endpoint": endpoint}
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
        variables = {f"TF_VAR_{name}": value for name, value in inputs.items()}
        return {**surroundings(self.folder), **keys, **variables}


def contenders(folder: Path, *, alone: bool) -> list[Contender]:
    """Give those that are on this machine; ``alone`` leaves Terraform out."""
    ours = folder / "ours"
    ours.mkdir()
    found: list[Contender] = [Ours(ours)]
    if alone:
        return found
    theirs = folder / "terraform"
    theirs.mkdir()
    try:
        found.append(Terraform(prepared(theirs)))
    except pytest.skip.Exception as missing:
        print(f"without Terraform: {missing}")
    return found
