"""The doctor: each thing that is broken has its line and its fix, and none hides another."""

import json
from typing import Any

import pytest

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
