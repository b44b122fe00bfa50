"""The doctor: each thing that is broken has its line and its fix, and none hides another."""

import json
from base64 import b64encode
from typing import Any

import pytest

from tasktool_infra.doctor.examine import NEARBY
from tasktool_infra.engine.hooks import hooked
from tasktool_infra.engine.transport import NoHook
from tests.controlplane.certificates import authority
from tests.faults.clock import FakeClock
from tests.system.conftest import Inside
from tests.system.world import BUCKET, World, refusing


def levels(out: str) -> dict[str, str]:
    """Give the level by what was looked at."""
    rows = [line.partition("  ") for line in out.splitlines() if line[:4] in ("pass", "warn", "fail")]
    return {rest.strip().partition("  ")[0]: level for level, _, rest in rows}


def test_an_untouched_cloud_has_all_that_a_run_needs(cloud: World, inside: Inside) -> None:
    with cloud.untouched():
        out = inside("doctor", "prod").out
    assert {about for about, level in levels(out).items() if level != "pass"} == {"image", "external-dns"}
    assert "docker push" in out
    assert "the name is free" in out
    records = [json.loads(line) for line in inside("doctor", "prod", "--output", "json").out.splitlines()]
    assert [record["type"] for record in records] == ["version", "doctor"]
    assert {each["about"]: each["level"] for each in records[1]["findings"]} == levels(out)


def contexts(cloud: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name three contexts: one leads to the cluster, one to another cluster, one where nobody listens."""
    known = json.loads(cloud.sandbox.kubeconfig.read_text())
    (cluster,), (context,) = known["clusters"], known["contexts"]
    ca = b64encode(authority("another").pem).decode()
    for name, change in (
        ("tunnel", {}),
        ("another", {"certificate-authority-data": ca}),
        ("closed", {"server": "https://127.0.0.1:1"}),
    ):
        known["clusters"].append({"name": name, "cluster": {**cluster["cluster"], **change}})
        known["contexts"].append({"name": name, "context": {**context["context"], "cluster": name}})
    file = cloud.shell.folder / "contexts"
    file.write_text(json.dumps(known))
    monkeypatch.setenv("KUBECONFIG", str(file))


def test_everything_broken_at_once_is_told_at_once(cloud: World, inside: Inside) -> None:
    cloud.aws("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.sandbox.region})
    for provider in cloud.aws("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        cloud.aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
    cloud.kubernetes.call("DELETE", "/apis/networking.k8s.io/v1/ingressclasses/nginx").need()
    cloud.kubernetes.call("DELETE", "/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager-webhook").need()
    with cloud.untouched():
        out = inside("doctor", "prod", "--account", "210987654321", expect=78).out
    found = levels(out)
    assert {about for about, level in found.items() if level == "fail"} == {"target", "OIDC provider", "bucket"}
    assert {"ingress class", "cert-manager", "external-dns"} <= {a for a, level in found.items() if level == "warn"}
    assert "create_oidc_provider = true" in out
    assert "--adopt" in out


@pytest.mark.parametrize(
    ("variables", "code", "about"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 77, "credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 69, "AWS"),
    ],
)
def test_without_aws_the_rest_is_named_too(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], code: int, about: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = levels(inside("doctor", "prod", expect=code).out)
    assert (found[about], found["bucket"], found["cluster API"]) == ("fail", "warn", "warn")


def test_a_cluster_that_is_away_or_not_there(cloud: World, inside: Inside) -> None:
    out = inside("doctor", "prod", "--eks-cluster-name", "elsewhere", expect=78).out
    found: dict[str, Any] = levels(out)
    assert (found["cluster"], found["bucket"], found["cluster API"]) == ("fail", "pass", "warn")
    cloud.proxy.before = lambda call: (
        refusing(403, "AccessDenied", "no") if call.path.startswith(f"/{BUCKET}") else None
    )
    found = levels(inside("doctor", "prod", expect=78).out)
    assert (found["bucket"], found["cluster"], found["access"]) == ("fail", "pass", "pass")


def test_a_cluster_behind_a_tunnel_is_reached_by_its_context(
    cloud: World, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts(cloud, monkeypatch)
    with cloud.untouched():
        through = inside("doctor", "prod", "--context", "tunnel").out
        elsewhere = inside("doctor", "prod", "--context", "another", expect=78).out
        nowhere = inside("doctor", "prod", "--context", "gone", expect=78).out
        with hooked(NoHook(), FakeClock()):
            closed = inside("doctor", "prod", "--context", "closed", expect=69).out
    assert {levels(through)[about] for about in ("cluster", "cluster API", "access", "cert-manager")} == {"pass"}
    assert "the context tunnel answers" in through
    assert (levels(elsewhere)["target"], levels(elsewhere)["cluster"]) == ("fail", "pass")
    assert "leads to another cluster than mz-k8s" in elsewhere
    assert {about for about, level in levels(nowhere).items() if level == "fail"} == {"context"}
    assert (levels(closed)["cluster API"], levels(closed)["bucket"]) == ("fail", "pass")
    assert "https://127.0.0.1:1" in closed


def test_an_environment_for_development_needs_a_cluster_and_nothing_of_aws(
    cloud: World, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts(cloud, monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    found = inside("doctor", "local", "--context", "tunnel").out
    assert {*levels(found).values()} == {"pass"}
    assert "none runs yet: provision starts it" in found
    assert "bucket" not in levels(found)
    away = levels(inside("doctor", "local", "--context", "gone", expect=78).out)
    assert away == {"cluster API": "fail", **dict.fromkeys(NEARBY[1:], "warn")}
