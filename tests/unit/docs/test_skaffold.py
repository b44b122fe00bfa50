"""What skaffold.yaml names, held against the code."""

from pathlib import Path
from typing import Any

import yaml

from tasktool_infra.commands.parser import parse
from tasktool_infra.emulated import CONTEXT
from tasktool_infra.settings import load

ROOT = Path(__file__).resolve().parents[3]
SKAFFOLD: Any = yaml.safe_load((ROOT / "skaffold.yaml").read_text(encoding="utf-8"))
LOCAL = load.load("local", config=ROOT / "environments.toml", environ={})


def test_it_builds_what_the_overlay_runs() -> None:
    [overlay] = SKAFFOLD["manifests"]["kustomize"]["paths"]
    assert overlay == "kustomize/overlays/local"
    component = yaml.safe_load((ROOT / "kustomize/components/local/kustomization.yaml").read_text(encoding="utf-8"))
    images = [artifact["image"] for artifact in SKAFFOLD["build"]["artifacts"]]
    assert images == [image["name"] for image in component["images"]]
    assert not SKAFFOLD["build"]["local"]["push"]


def test_it_deploys_where_the_environment_stands() -> None:
    assert SKAFFOLD["deploy"]["kubeContext"] == CONTEXT
    assert SKAFFOLD["deploy"]["kubectl"]["defaultNamespace"] == LOCAL.namespace


def test_its_hook_makes_the_emulator_in_the_same_cluster_and_leaves_the_application_to_it() -> None:
    [hook] = SKAFFOLD["deploy"]["kubectl"]["hooks"]["before"]
    shell, flag, line = hook["host"]["command"]
    assert (shell, flag) == ("sh", "-c")
    program, script, *arguments = line.removeprefix("exec ").replace('"', "").split()
    assert program == "python"
    options = parse(Path(script).stem, arguments)
    assert (options.command, options.environments, options.only) == ("provision", ["local"], ["aws"])
    assert options.settings == {"context": "$SKAFFOLD_KUBE_CONTEXT"}
    assert (ROOT / script).exists()
