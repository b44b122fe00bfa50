"""Secrets planted in the shell, in the kubeconfig and in the overlay: nobody is told them, and no file keeps them."""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

from tasktool_infra.bundled import bundled
from tests.system.conftest import Inside
from tests.system.test_scripts_prune import ENVIRONMENT
from tests.system.world import Done, World

SESSION, TOKEN = "planted/session0token/of1the2shell", "planted-token-of-the-kubeconfig"
VALUES = {"first": "planted value of a Secret", "changed": "another planted value", "by hand": "planted by hand, too"}
OVERLAY = """
namePrefix: prod-
resources: [../../base]
components: [../../components/cluster]
generatorOptions: {disableNameSuffixHash: true}
secretGenerator: [{name: door, literals: ["plain=%s"]}]
"""
DOOR = "/api/v1/namespaces/prod/secrets/prod-door"


@define
class Heard:
    """All that commands have said and written."""

    inside: Inside
    folder: Path
    text: str = ""
    secrets: list[str] = field(factory=list)

    def __call__(self, command: str, *arguments: str, expect: int = 0) -> Done:
        done = self.inside(command, *arguments, expect=expect)
        self.text += done.said
        return done

    def holds_nothing(self) -> None:
        """Fail when a secret was told, or stands in a file, plainly or in base64."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and "kustomize" not in path.parts]
        written = {str(path): path.read_text(errors="replace") for path in files}
        for secret in self.secrets:
            for form in (secret, base64.b64encode(secret.encode()).decode()):
                assert form not in self.text
                assert [path for path, text in written.items() if form in text] == []


@pytest.fixture
def heard(cloud: World, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """Give the commands, in a world where an environment with a Secret of its own stands."""
    folder = cloud.shell.folder
    shutil.copytree(bundled("kustomize"), folder / "kustomize")
    (folder / "kustomize/overlays/mine").mkdir()
    cloud.shell.config(ENVIRONMENT)
    overlay(cloud, "first")
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    secrets = [SESSION, cloud.sandbox.admin_token, cloud.sandbox.secret_access_key, *VALUES.values()]
    told = Heard(inside, folder, secrets=secrets)
    told("provision", "prod", "--debug", "--only", "aws", "access")
    yield told
    told.holds_nothing()


def overlay(cloud: World, value: str) -> None:
    """Let the overlay have a Secret with a value."""
    (cloud.shell.folder / "kustomize/overlays/mine/kustomization.yaml").write_text(OVERLAY % VALUES[value])


def found(cloud: World) -> str:
    """Give the value that the Secret of the cluster has."""
    return base64.b64decode(cloud.kubernetes.get(DOOR)["data"]["plain"]).decode()


def test_a_secret_of_the_overlay_is_made_changed_and_mended_and_never_told(cloud: World, heard: Heard) -> None:
    only = ("prod", "--only", "secret.prod/prod-door")
    heard("plan", *only, "--debug", "--out", "plan.json")
    heard("provision", *only, "--plan", "plan.json", "--debug", "--output", "json")
    assert found(cloud) == VALUES["first"]
    overlay(cloud, "changed")
    assert "secret.prod/prod-door" in heard("plan", *only).out
    heard("provision", *only, "--verbose")
    assert found(cloud) == VALUES["changed"]
    by_hand = {"data": {"plain": base64.b64encode(VALUES["by hand"].encode()).decode()}}
    cloud.edit(DOOR, by_hand)
    heard("plan", *only, "--output", "json", "--out", "drift.json")
    heard("verify", *only, "--debug", expect=1)
    heard("provision", *only, "--debug")
    assert found(cloud) == VALUES["changed"]
    heard("teardown", *only, "--yes", "--delete-data", "--debug")


def test_the_token_of_a_kubeconfig_is_not_told_when_it_is_refused(cloud: World, heard: Heard) -> None:
    content = cloud.sandbox.kubeconfig.read_text().replace(cloud.sandbox.admin_token, TOKEN)
    (cloud.shell.folder / "kustomize" / "config").write_text(content)
    heard.secrets.append(TOKEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(cloud.shell.folder / "kustomize" / "config"))
        heard("plan", "prod", "--context", "mz-k8s", "--only", "access", "--debug", expect=77)
